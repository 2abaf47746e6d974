using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ResellerPortal.Web.ResellerPages.Customers;

/// <summary>Asks for the reason of a support session. A plain form, because starting a session changes the cookie.</summary>
public sealed partial class SupportSessionDialog
{
    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public Guid CustomerId { get; set; }

    [Parameter, EditorRequired]
    public string CustomerName { get; set; } = "";
}
