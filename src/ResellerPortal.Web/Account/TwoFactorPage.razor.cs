using Microsoft.AspNetCore.Components;

namespace ResellerPortal.Web.Account;

/// <summary>The second step of a password sign-in.</summary>
public sealed partial class TwoFactorPage(PortalSignIn signIn, NavigationManager navigation)
{
    private string? _refusal;

    [SupplyParameterFromForm(FormName = "code", Name = "code")]
    private string? Code { get; set; }

    [SupplyParameterFromForm(FormName = "recovery", Name = "recovery")]
    private string? Recovery { get; set; }

    [SupplyParameterFromQuery]
    private bool Stay { get; set; }

    [SupplyParameterFromQuery]
    private string? ReturnUrl { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is null)
        {
            navigation.NavigateTo("/account/sign-in");
        }
    }

    private async Task SignInAsync() =>
        Continue(await signIn.SignInWithCodeAsync(Normalize(Code), Stay), "This code is incorrect or expired. Enter the next one.");

    private async Task RecoverAsync() =>
        Continue(await signIn.SignInWithRecoveryCodeAsync(Normalize(Recovery)), "This recovery code is incorrect or was already used.");

    private void Continue(Microsoft.AspNetCore.Identity.SignInResult result, string refusal)
    {
        if (result.Succeeded)
        {
            navigation.NavigateTo(LocalPath.Sanitize(ReturnUrl));
            return;
        }

        _refusal = result.IsLockedOut ? "Too many attempts. The account is locked for a few minutes." : refusal;
    }

    private static string Normalize(string? code) => (code ?? "").Replace(" ", "", StringComparison.Ordinal).Trim();
}
