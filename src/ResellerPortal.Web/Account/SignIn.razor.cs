using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

public sealed partial class SignIn(SignInManager<PortalUser> signIn, NavigationManager navigation)
{
    private string? _refusal;

    [SupplyParameterFromForm]
    private SignInForm Input { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? ReturnUrl { get; set; }

    protected override void OnInitialized() => Input ??= new SignInForm();

    private async Task SignInAsync()
    {
        var result = await signIn.PasswordSignInAsync(Input.Email, Input.Password, Input.StaySignedIn, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            var isLocal = ReturnUrl is { Length: > 1 } && ReturnUrl[0] == '/' && ReturnUrl[1] is not ('/' or '\\');
            navigation.NavigateTo(isLocal ? ReturnUrl! : "/");
            return;
        }

        _refusal = result.IsLockedOut
            ? "Too many attempts. Wait five minutes, then try again."
            : "The e-mail address or the password is not right.";
    }

    private sealed class SignInForm
    {
        [Required(ErrorMessage = "Enter your e-mail address.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "Enter your password.")]
        public string Password { get; set; } = "";

        public bool StaySignedIn { get; set; }
    }
}
