using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

internal static class Dialogs
{
    extension(ISnackbar snackbar)
    {
        /// <summary>Says what became of a revocation.</summary>
        public void AddRevoked(Outcome<ApiToken> outcome)
        {
            var (text, severity) = outcome switch
            {
                { Refusal: { } refusal } => (refusal.Message, Severity.Error),
                { Value: { IsNative: true, DeletedUpstreamAtUtc: null } token } =>
                    (
                        $"The token {token.Environment} is revoked here. ConvertAPI could not be told yet and still serves it; it is "
                            + "tried again every minute.",
                        Severity.Warning),
                { Value: var token } =>
                    ($"The token {token.Environment} is revoked; no request with it is served any more.", Severity.Success),
            };
            snackbar.Add(text, severity);
        }
    }

    private static readonly DialogOptions MustBeRead = new() { BackdropClick = false, CloseOnEscapeKey = false };

    extension(IDialogService dialogs)
    {
        /// <summary>Opens a dialog made on <see cref="FormDialog"/>.</summary>
        /// <returns>Whether its act was done, and what it gave.</returns>
        public async Task<(bool IsDone, object? Result)> ActAsync<TDialog>(DialogParameters<TDialog> parameters)
            where TDialog : IComponent
        {
            var dialog = await dialogs.ShowAsync<TDialog>("", parameters);
            return await dialog.Result is { Canceled: false } result ? (true, result.Data) : (false, null);
        }

        /// <summary>Asks before an act that cannot be undone; the text says what will happen.</summary>
        public async Task<bool> ConfirmAsync(string title, string text, string verb) =>
            await dialogs.ShowMessageBoxAsync(title, text, yesText: verb, cancelText: "Cancel") == true;

        /// <summary>Shows the link that a person takes a seat with.</summary>
        /// <param name="link">The whole address.</param>
        public Task ShowInvitationAsync(string title, Invitation invitation, string link, bool isMailed) => dialogs.ShowSecretAsync(
            title,
            $"{(isMailed
                ? $"A letter with a link is on its way to {invitation.Email}. You can also pass this one on"
                : "No mail server is set up, so pass this link on to "
                    + $"{invitation.Email}")}: it gives the seat once, until {invitation.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC, to whoever opens it first.",
            link);

        public Task ShowTokenAsync(IssuedToken issued) => dialogs.ShowSecretAsync(
            $"Token for {issued.Token.Environment}",
            "This is the only time the token is shown. Store it where the program that uses it reads its secrets. "
                + (issued.Token.IsNative
                    ? $"Programs send it to ConvertAPI itself, which keeps it until {issued.Token.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC."
                    : $"Its key id, for tokens that you sign with it, is {issued.Token.KeyId}."),
            issued.Secret);

        public async Task ShowSecretAsync(string title, string text, string secret)
        {
            var dialog = await dialogs.ShowAsync<SecretDialog>(
                "",
                new DialogParameters<SecretDialog> { { d => d.Title, title }, { d => d.Text, text }, { d => d.Secret, secret } },
                MustBeRead);
            await dialog.Result;
        }
    }
}
