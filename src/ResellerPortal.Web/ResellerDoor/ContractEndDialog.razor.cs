using System.Globalization;
using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerDoor;

public sealed partial class ContractEndDialog(CurrentActor current, ContractEnds ends)
{
    private const string DayForm = "yyyy-MM-dd";

    private string _lastDay = "";

    [Parameter, EditorRequired]
    public Customer Customer { get; set; } = null!;

    protected override void OnInitialized() => _lastDay = Customer.LastDay?.ToString(DayForm, CultureInfo.InvariantCulture) ?? "";

    private async Task<Refusal?> ActAsync()
    {
        if (Customer.LastDay is not null && string.IsNullOrEmpty(_lastDay))
        {
            return (await ends.SetAsync(await current.GetAsync(), Customer.Id, null)).Refusal;
        }

        return DateOnly.TryParseExact(_lastDay, DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? (await ends.SetAsync(await current.GetAsync(), Customer.Id, day)).Refusal
            : Refusal.Of("Enter the last day as a date.");
    }
}
