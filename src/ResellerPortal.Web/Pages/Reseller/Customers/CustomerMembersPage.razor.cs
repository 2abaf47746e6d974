using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class CustomerMembersPage(CurrentActor current, CustomerQueries queries, IDialogService dialogs)
{
    private CustomerDetail? _detail;
    private bool _mayManagePrivacy;

    [Parameter]
    public Guid Id { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var actor = await current.GetAsync();
        _mayManagePrivacy = actor.May(Permission.PrivacyManage);
        _detail = await queries.FindDetailAsync(actor, new CustomerId(Id));
    }

    private async Task EraseAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<EraseDialog> { { d => d.Customer, _detail!.Customer } })).IsDone)
        {
            await OnParametersSetAsync();
        }
    }
}
