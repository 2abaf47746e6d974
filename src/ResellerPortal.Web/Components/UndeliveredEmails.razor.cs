using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>The emails that the mail server refused; nothing if there are none.</summary>
public sealed partial class UndeliveredEmails(CurrentActor current, UndeliveredEmailService emails, ISnackbar snackbar)
{
    private IReadOnlyList<UndeliveredEmail> _emails = [];

    /// <summary>What to do about them.</summary>
    [Parameter, EditorRequired]
    public string Hint { get; set; } = "";

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _emails = UndeliveredEmailService.IsFor(actor) ? await emails.ListAsync(actor) : [];
    }

    private static string GetLabel(EmailKind kind) => kind switch
    {
        EmailKind.Invoice => "Invoice",
        EmailKind.CreditNote => "Credit note",
        EmailKind.Reminder or EmailKind.SecondReminder => "Reminder",
        EmailKind.FinalNotice => "Final notice",
        EmailKind.Invitation => "Invitation",
        EmailKind.PasswordReset => "Password reset",
        EmailKind.AccountChange => "Account change",
        EmailKind.UsageAlert => "Usage alert",
        _ => "Notice",
    };

    private async Task SendAgainAsync(UndeliveredEmail email)
    {
        var actor = await current.GetAsync();
        var outcome = await emails.SendAgainAsync(actor, email.Id);
        snackbar.Add(outcome.Refusal?.Message ?? "Email queued.", outcome.IsRefused ? Severity.Error : Severity.Success);
        _emails = await emails.ListAsync(actor);
    }
}
