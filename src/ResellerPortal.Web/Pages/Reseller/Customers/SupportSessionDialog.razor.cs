using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ResellerPortal.Web.ResellerPages.Customers;

/// <summary>Asks for the reason of a look at a customer's pages. A plain form, since it changes the cookie.</summary>
public sealed partial class SupportSessionDialog
{
    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public Guid CustomerId { get; set; }

    [Parameter, EditorRequired]
    public string CustomerName { get; set; } = "";
}
