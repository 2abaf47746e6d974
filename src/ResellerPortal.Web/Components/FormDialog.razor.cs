using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;

namespace ResellerPortal.Web.Components;

/// <summary>A form in a dialog with one act: a refusal is shown and loses nothing, success closes it.</summary>
public sealed partial class FormDialog
{
    private Refusal? _refusal;
    private bool _isBusy;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>What the button does, in words: "Issue token".</summary>
    [Parameter, EditorRequired]
    public string Verb { get; set; } = "";

    [Parameter]
    public Color Color { get; set; } = Color.Primary;

    /// <summary>Acts; answers why it was refused, or null.</summary>
    [Parameter, EditorRequired]
    public Func<Task<Refusal?>> Act { get; set; } = null!;

    /// <summary>What the caller of the dialog gets on success.</summary>
    [Parameter]
    public Func<object?> Result { get; set; } = () => null;

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    private async Task ActAsync()
    {
        _isBusy = true;
        try
        {
            _refusal = await Act();
        }
        catch (PermissionDeniedException denied)
        {
            _refusal = Refusal.Because(denied.Message);
        }
        finally
        {
            _isBusy = false;
        }

        if (_refusal is null)
        {
            Dialog.Close(DialogResult.Ok(Result()));
        }
    }
}
