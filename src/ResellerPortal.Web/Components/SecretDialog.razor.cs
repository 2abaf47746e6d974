using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ResellerPortal.Web.Components;

/// <summary>Shows a secret once.</summary>
public sealed partial class SecretDialog
{
    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    [Parameter, EditorRequired]
    public string Secret { get; set; } = "";
}
