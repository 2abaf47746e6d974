using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace ResellerPortal.Web.Components;

/// <summary>Shows a secret once.</summary>
public sealed partial class SecretDialog(IJSRuntime js)
{
    private bool _isCopied;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    [Parameter, EditorRequired]
    public string Secret { get; set; } = "";

    private async Task CopyAsync()
    {
        await js.InvokeVoidAsync("navigator.clipboard.writeText", Secret);
        _isCopied = true;
    }
}
