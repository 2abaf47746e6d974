using MudBlazor;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

/// <summary>Opens the dialogs that change one token, the same from lists and from a token's own page.</summary>
internal static class TokenDialogs
{
    extension(IDialogService dialogs)
    {
        /// <returns>Whether the token was changed.</returns>
        public async Task<bool> EditTokenAsync(TokenRow token, bool mayBeLenient, long? maxLimit, ISnackbar snackbar)
        {
            var (isDone, result) = await dialogs.ActAsync(new DialogParameters<EditTokenDialog>
            {
                { d => d.Token, token },
                { d => d.MayBeLenient, mayBeLenient },
                { d => d.MaxLimit, maxLimit },
            });
            if (isDone && result is EditedToken { IsSpent: true, Token.IsNative: false } edited)
            {
                snackbar.Add(
                    $"Token {edited.Token.Environment} was saved. Its limit is used up, so its requests are refused.", Severity.Warning);
            }

            return isDone;
        }

        /// <returns>Whether the token has a new secret.</returns>
        public async Task<bool> RotateTokenAsync(TokenRow token)
        {
            var (isDone, result) = await dialogs.ActAsync(new DialogParameters<RotateDialog> { { d => d.Token, token } });
            if (isDone && result is IssuedToken issued)
            {
                await dialogs.ShowTokenAsync(issued);
            }

            return isDone;
        }

        /// <returns>Whether the leaked secret was ended.</returns>
        public async Task<bool> ReportTokenLeakAsync(TokenRow token, bool mayRotate)
        {
            var (isDone, result) = await dialogs.ActAsync(new DialogParameters<RevokeLeakedTokenDialog>
            {
                { d => d.Token, token },
                { d => d.MayRotate, mayRotate },
            });
            if (isDone && result is IssuedToken issued)
            {
                await dialogs.ShowTokenAsync(issued);
            }

            return isDone;
        }

        public Task<bool> ConfirmRevocationAsync(TokenRow token) => dialogs.ConfirmAsync(
            $"Revoke {token.Environment} (…{token.SecretEnding})?",
            "All applications that use this token lose access immediately. This cannot be undone.",
            "Revoke token");
    }
}
