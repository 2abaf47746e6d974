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
        /// <summary>Shows the outcome of a revocation.</summary>
        public void AddRevoked(Outcome<ApiToken> outcome)
        {
            var (text, severity) = outcome switch
            {
                { Refusal: { } refusal } => (refusal.Message, Severity.Error),
                { Value: { IsNative: true, DeletedUpstreamAtUtc: null } token } =>
                    (
                        $"Token {token.Environment} was revoked here, but ConvertAPI could not be reached and still accepts it. "
                            + "We retry every minute.",
                        Severity.Warning),
                { Value: var token } =>
                    ($"Token {token.Environment} was revoked. Requests that use it are now refused.", Severity.Success),
            };
            snackbar.Add(text, severity);
        }
    }

    private static readonly DialogOptions MustBeRead = new() { BackdropClick = false, CloseOnEscapeKey = false };

    extension(IDialogService dialogs)
    {
        /// <summary>Opens a dialog based on <see cref="FormDialog"/>.</summary>
        /// <returns>Whether the action was completed, and its result.</returns>
        public async Task<(bool IsDone, object? Result)> ActAsync<TDialog>(DialogParameters<TDialog> parameters)
            where TDialog : IComponent
        {
            var dialog = await dialogs.ShowAsync<TDialog>("", parameters);
            return await dialog.Result is { Canceled: false } result ? (true, result.Data) : (false, null);
        }

        /// <summary>Asks for confirmation before an action that cannot be undone.</summary>
        public async Task<bool> ConfirmAsync(string title, string text, string verb) =>
            await dialogs.ShowMessageBoxAsync(title, text, yesText: verb, cancelText: "Cancel") == true;

        /// <summary>Shows the link with which a person accepts an invitation.</summary>
        /// <param name="link">The absolute URL.</param>
        public Task ShowInvitationAsync(string title, Invitation invitation, string link, bool isMailed) => dialogs.ShowSecretAsync(
            title,
            (isMailed
                ? $"We emailed an invitation to {invitation.Email}. You can also share this link; a new user confirms the address by email "
                    + "before the account is created."
                : $"No mail server is configured. Send this link to {invitation.Email} if they already have an account. For a new account, "
                    + "ask the operator for a link.")
                + $" It works once and expires at {invitation.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC.",
            link);

        public Task ShowTokenAsync(IssuedToken issued) => dialogs.ShowSecretAsync(
            $"Token for {issued.Token.Environment}",
            "This token is shown only once. Copy it now and store it securely. "
                + (issued.Token.IsNative
                    ? $"Use it with ConvertAPI directly; it is valid until {issued.Token.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC."
                    : $"Key ID for signing JWTs: {issued.Token.KeyId}."),
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
