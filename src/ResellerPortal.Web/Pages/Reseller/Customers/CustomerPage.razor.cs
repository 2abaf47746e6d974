using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class CustomerPage(
    CurrentActor current,
    CustomerQueries queries,
    InvoiceDrafter drafter,
    NavigationManager navigation,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private Actor? _actor;
    private CustomerDetail? _detail;
    private string[] _months = [];

    [Parameter]
    public Guid Id { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        _actor = await current.GetAsync();
        _detail = await queries.FindDetailAsync(_actor, new CustomerId(Id));
        _months = [.. _detail?.Months.Select(m => NumberText.ShortMonth(m.Month.FirstDay)) ?? []];
    }

    private async Task EditAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<CustomerDialog> { { d => d.Customer, _detail!.Customer } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private Task StartSessionAsync() =>
        dialogs.ActAsync(
            new DialogParameters<SupportSessionDialog> { { d => d.CustomerId, Id }, { d => d.CustomerName, _detail!.Customer.Name } });

    private async Task EndAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<ContractEndDialog> { { d => d.Customer, _detail!.Customer } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private async Task DraftFinalAsync()
    {
        var outcome = await drafter.DraftFinalAsync(await current.GetAsync(), new CustomerId(Id));
        if (!outcome.IsRefused && outcome.Value.InvoiceId is { } invoice)
        {
            if (outcome.Value.Outcome == DraftOutcome.EarlierMonthDrafted)
            {
                snackbar.Add(
                    $"{outcome.Value.Period.Name} must be invoiced first. Finalise it, then draft the final invoice.",
                    Severity.Info);
            }

            navigation.NavigateTo($"/reseller/invoices/{invoice}");
            return;
        }

        snackbar.Add(outcome.Refusal?.Message ?? "There is nothing left to bill.", outcome.IsRefused ? Severity.Error : Severity.Info);
    }
}
