using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ResellerPortal.Web.Components;

/// <summary>Copies a text to the clipboard, and says so.</summary>
public sealed partial class CopyButton(IJSRuntime js)
{
    private bool _isCopied;

    [Parameter, EditorRequired]
    public string Value { get; set; } = "";

    /// <summary>The button's name; tells several of a page apart.</summary>
    [Parameter]
    public string Label { get; set; } = "Copy";

    private async Task CopyAsync()
    {
        await js.InvokeVoidAsync("navigator.clipboard.writeText", Value);
        _isCopied = true;
    }
}
