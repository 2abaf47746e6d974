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

    private string? Told => Provider switch
    {
        "failed" => "The provider did not let you in. Try again, or sign in another way.",
        "unknown" =>
            "The provider knows you, but no account here is connected with it. Sign in another way once, and connect it on your account's "
                + "page.",
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
                "The e-mail address or the password is not right. After five wrong passwords an account rests for some minutes; its owner "
                    + "is told by mail.";
        }
    }

    private async Task SignInWithPasskeyAsync()
    {
        if (Credential is { Length: > 0 } && (await signIn.PasskeySignInAsync(Credential)).Succeeded)
        {
            Continue();
            return;
        }

        _refusal = "This passkey is not known here, or the attempt took too long. Try again, or sign in another way.";
    }

    private void Continue() => navigation.NavigateTo(LocalPath.Sanitize(ReturnUrl));

    private sealed class SignInForm
    {
        [Required(ErrorMessage = "Enter your e-mail address.")]
        [StringLength(256, ErrorMessage = "An e-mail address has up to 256 characters.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "Enter your password.")]
        [StringLength(256, ErrorMessage = "A password has up to 256 characters.")]
        public string Password { get; set; } = "";

        public bool StaySignedIn { get; set; }
    }
}

/// <summary>Where to go on after signing in: within the portal, wherever the address came from.</summary>
internal static class LocalPath
{
    public static string Sanitize(string? url) =>
        url is { Length: > 1 } && url[0] == '/' && url[1] is not ('/' or '\\') && !url.Any(char.IsControl) ? url : "/";
}
