using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class ContractEndDialog(CurrentActor current, ContractEndService ends)
{
    private string _lastDay = "";

    [Parameter, EditorRequired]
    public Customer Customer { get; set; } = null!;

    protected override void OnInitialized() => _lastDay = Customer.LastDay is { } day ? DayText.Format(day) : "";

    private async Task<Refusal?> ActAsync()
    {
        if (Customer.LastDay is not null && string.IsNullOrEmpty(_lastDay))
        {
            return (await ends.SetAsync(await current.GetAsync(), Customer.Id, null)).Refusal;
        }

        return DayText.TryRead(_lastDay, out var day)
            ? (await ends.SetAsync(await current.GetAsync(), Customer.Id, day)).Refusal
            : Refusal.Because("Enter the last day as a date.");
    }
}
