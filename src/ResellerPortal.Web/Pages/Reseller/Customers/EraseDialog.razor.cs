using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Customers;

/// <summary>Erases what is stored of a customer's people, once its name is typed.</summary>
public sealed partial class EraseDialog(CurrentActor current, PersonalDataService data)
{
    private string _typed = "";

    [Parameter, EditorRequired]
    public Customer Customer { get; set; } = null!;

    private async Task<Refusal?> ActAsync() => _typed.Trim() == Customer.Name
        ? (await data.EraseAsync(await current.GetAsync(), Customer.Id)).Refusal
        : Refusal.Because("Type the customer's name as it stands above.");
}
