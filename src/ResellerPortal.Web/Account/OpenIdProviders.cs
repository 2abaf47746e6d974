using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>
/// Signing in through an OpenID Connect provider. Section OpenIdConnect of the settings holds one subsection for each:
/// <c>OpenIdConnect:entra:Authority</c>, <c>ClientId</c>, <c>ClientSecret</c>, <c>DisplayName</c>. The address to give to the
/// provider is <c>/account/signed-in/entra</c>.
/// </summary>
internal static class OpenIdProviders
{
    public static AuthenticationBuilder AddOpenIdProviders(this AuthenticationBuilder authentication, IConfiguration configuration)
    {
        foreach (var settings in configuration.GetSection("OpenIdConnect").GetChildren().Where(s => !string.IsNullOrEmpty(s["Authority"])))
        {
            authentication.AddOpenIdConnect(settings.Key, settings["DisplayName"] ?? settings.Key, options =>
            {
                options.SignInScheme = IdentityConstants.ExternalScheme;
                options.Authority = settings["Authority"];
                options.ClientId = settings["ClientId"]
                    ?? throw new InvalidOperationException($"OpenIdConnect:{settings.Key}:ClientId is missing.");
                options.ClientSecret = settings["ClientSecret"];
                options.CallbackPath = $"/account/signed-in/{settings.Key}";
                options.ResponseType = OpenIdConnectResponseType.Code;
                options.UsePkce = true;
                options.RequireHttpsMetadata = !settings["Authority"]!.StartsWith("http://127.0.0.1", StringComparison.Ordinal);
                options.MapInboundClaims = false;
                options.Scope.Clear();
                options.Scope.Add("openid");
                options.Scope.Add("email");
                options.GetClaimsFromUserInfoEndpoint = false;
                options.TokenValidationParameters.NameClaimType = "email";
                options.ClaimActions.Add(new Microsoft.AspNetCore.Authentication.OAuth.Claims.DeleteClaimAction("nonce"));
                options.Events.OnTokenValidated = context =>
                {
                    var identity = (ClaimsIdentity)context.Principal!.Identity!;
                    identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, identity.FindFirst("sub")!.Value));
                    return Task.CompletedTask;
                };
                options.Events.OnRemoteFailure = context =>
                {
                    context.HttpContext.RequestServices.GetRequiredService<ILogger<PortalSignIn>>().LogWarning(
                        context.Failure, "The provider {Provider} let nobody in.", context.Scheme.Name);
                    context.Response.Redirect("/account/sign-in?provider=failed");
                    context.HandleResponse();
                    return Task.CompletedTask;
                };
            });
        }

        return authentication;
    }

    /// <summary>What came of coming back from a provider.</summary>
    /// <returns>Where to go on.</returns>
    public static async Task<string> ReturnAsync(
        PortalSignIn signIn,
        PortalUserManager users,
        UserAccountService accounts,
        HttpContext context)
    {
        // Whoever is signed in adds the provider to the account, if it was this person who set out for the provider.
        var current = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        var signedIn = current.Principal is { } principal ? await users.GetUserAsync(principal) : null;
        if (await signIn.GetExternalLoginInfoAsync(signedIn?.Id.ToString()) is not { } login)
        {
            return signedIn is null ? "/account/sign-in?provider=failed" : "/account?said=provider-failed";
        }

        var result = signedIn is null ? await signIn.ProviderSignInAsync(login.LoginProvider, login.ProviderKey) : SignInResult.Failed;
        if (result.Succeeded)
        {
            return "/";
        }

        if (result.IsLockedOut)
        {
            return "/account/sign-in?provider=unknown";
        }

        var user = signedIn ?? await ConfirmedOwnerAsync(users, login);
        if (user is null)
        {
            return "/account/sign-in?provider=unknown";
        }

        if (!(await users.AddLoginAsync(user, login)).Succeeded)
        {
            return signedIn is null ? "/account/sign-in?provider=unknown" : "/account?said=provider-taken";
        }

        await accounts.AuditAsync(
            user.Id,
            "members.provider",
            $"{login.ProviderDisplayName} can sign in to the account now.",
            context.Connection.RemoteIpAddress?.ToString());
        if (signedIn is not null)
        {
            return "/account?said=provider-added";
        }

        await signIn.ProviderSignInAsync(login.LoginProvider, login.ProviderKey);
        return "/";
    }

    /// <summary>
    /// An account is found by its address only if the provider vouches for the address, and the account's owner showed it as well.
    /// </summary>
    private static async Task<PortalUser?> ConfirmedOwnerAsync(PortalUserManager users, ExternalLoginInfo login) =>
        login.Principal.FindFirstValue("email") is { } email
            && string.Equals(login.Principal.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase)
            && await users.FindByEmailAsync(email) is { EmailConfirmed: true } user
            ? user
            : null;
}
