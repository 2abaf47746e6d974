using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;

namespace ResellerPortal.Web.Components;

/// <summary>A dialog with a form and one action. A refusal keeps the input and is shown; success closes the dialog.</summary>
public sealed partial class FormDialog
{
    private Refusal? _refusal;
    private bool _isBusy;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>The label of the button, such as "Issue token".</summary>
    [Parameter, EditorRequired]
    public string Verb { get; set; } = "";

    [Parameter]
    public Color Color { get; set; } = Color.Primary;

    /// <summary>Performs the action and returns the refusal, or null on success.</summary>
    [Parameter, EditorRequired]
    public Func<Task<Refusal?>> Act { get; set; } = null!;

    /// <summary>The result for the caller of the dialog on success.</summary>
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
