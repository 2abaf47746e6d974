using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components;

namespace ResellerPortal.Web.Account;

public sealed partial class SignInPage(PortalSignIn signIn, NavigationManager navigation)
{
    private string? _refusal;
    private IReadOnlyList<AuthenticationScheme> _providers = [];

    [SupplyParameterFromForm(FormName = "sign-in")]
    private SignInForm Input { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "passkey", Name = "credential")]
    private string? Credential { get; set; }

    [SupplyParameterFromQuery]
    private string? ReturnUrl { get; set; }

    [SupplyParameterFromQuery]
    private string? Provider { get; set; }

    private string? ProviderMessage => Provider switch
    {
        "failed" => "Sign-in with this provider failed. Try again or use another method.",
        "unknown" =>
            "No account is connected to this provider. Sign in with another method and connect the provider on your account page.",
        _ => null,
    };

    protected override async Task OnInitializedAsync()
    {
        Input ??= new SignInForm();
        _providers = [.. await signIn.GetExternalAuthenticationSchemesAsync()];
    }

    private async Task SignInAsync()
    {
        var result = await signIn.PasswordSignInAsync(Input.Email.Trim(), Input.Password, Input.StaySignedIn, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            Continue();
        }
        else if (result.RequiresTwoFactor)
        {
            navigation.NavigateTo($"/account/two-factor?stay={Input.StaySignedIn}&returnUrl={Uri.EscapeDataString(ReturnUrl ?? "")}");
        }
        else
        {
            _refusal =
                "The email address or the password is incorrect. After five failed attempts the account is locked for a few minutes and "
                    + "its owner is notified by email.";
        }
    }

    private async Task SignInWithPasskeyAsync()
    {
        if (Credential is { Length: > 0 } && (await signIn.PasskeySignInAsync(Credential)).Succeeded)
        {
            Continue();
            return;
        }

        _refusal = "This passkey is not registered, or the request timed out. Try again or use another method.";
    }

    private void Continue() => navigation.NavigateTo(LocalPath.Sanitize(ReturnUrl));

    private sealed class SignInForm
    {
        [Required(ErrorMessage = "Enter your email address.")]
        [StringLength(256, ErrorMessage = "Use at most 256 characters.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "Enter your password.")]
        [StringLength(256, ErrorMessage = "Use at most 256 characters.")]
        public string Password { get; set; } = "";

        public bool StaySignedIn { get; set; }
    }
}

/// <summary>Restricts the redirect after sign-in to paths within the portal, in characters that a header can hold.</summary>
internal static class LocalPath
{
    public static string Sanitize(string? url) =>
        url is { Length: > 1 } && url[0] == '/' && url[1] is not ('/' or '\\') && url.All(c => c is > ' ' and <= '~') ? url : "/";
}
