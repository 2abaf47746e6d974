using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Customers;

/// <summary>Erases the personal data of a customer after its name was typed as confirmation.</summary>
public sealed partial class EraseDialog(CurrentActor current, PersonalDataService data)
{
    private string _typed = "";

    [Parameter, EditorRequired]
    public Customer Customer { get; set; } = null!;

    private async Task<Refusal?> ActAsync() => _typed.Trim() == Customer.Name
        ? (await data.EraseAsync(await current.GetAsync(), Customer.Id)).Refusal
        : Refusal.Because("Type the customer's name exactly as shown above.");
}
