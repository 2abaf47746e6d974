using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>
/// Sign-in with OpenID Connect providers. The OpenIdConnect section of the settings has one subsection per provider:
/// <c>OpenIdConnect:entra:Authority</c>, <c>ClientId</c>, <c>ClientSecret</c>, <c>DisplayName</c>. The redirect URI to register
/// with the provider is <c>/account/signed-in/entra</c>.
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
                        context.Failure, "Sign-in with provider {Provider} failed.", context.Scheme.Name);
                    context.Response.Redirect("/account/sign-in?provider=failed");
                    context.HandleResponse();
                    return Task.CompletedTask;
                };
            });
        }

        return authentication;
    }

    /// <summary>Handles the return from a provider.</summary>
    /// <returns>The path to redirect to.</returns>
    public static async Task<string> ReturnAsync(
        PortalSignIn signIn,
        PortalUserManager users,
        UserAccountService accounts,
        HttpContext context)
    {
        // A signed-in user connects the provider, provided the same user started the flow.
        var current = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        var signedIn = current.Principal is { } principal ? await users.GetUserAsync(principal) : null;
        if (await signIn.GetExternalLoginInfoAsync(signedIn?.Id.ToString()) is not { } login)
        {
            return signedIn is null ? "/account/sign-in?provider=failed" : "/account?said=provider-failed";
        }

        var result = signedIn is null ? await signIn.SignInWithProviderAsync(login.LoginProvider, login.ProviderKey) : SignInResult.Failed;
        if (result.Succeeded)
        {
            return "/";
        }

        if (result.IsLockedOut)
        {
            return "/account/sign-in?provider=unknown";
        }

        var user = signedIn ?? await FindConfirmedOwnerAsync(users, login);
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
            $"{login.ProviderDisplayName} was connected for sign-in.",
            context.Connection.RemoteIpAddress?.ToString());
        if (signedIn is not null)
        {
            return "/account?said=provider-added";
        }

        await signIn.SignInWithProviderAsync(login.LoginProvider, login.ProviderKey);
        return "/";
    }

    /// <summary>
    /// Matches a user by email address only if both the provider and the portal have verified the address, and nobody else at the
    /// provider is connected: an address that is given to somebody new there comes with another subject. The lookup folds letters that
    /// only look alike, so the address is compared once more.
    /// </summary>
    private static async Task<PortalUser?> FindConfirmedOwnerAsync(PortalUserManager users, ExternalLoginInfo login) =>
        login.Principal.FindFirstValue("email") is { } email
            && string.Equals(login.Principal.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase)
            && await users.FindByEmailAsync(email) is { EmailConfirmed: true } user
            && email.Equals(user.Email, StringComparison.OrdinalIgnoreCase)
            && (await users.GetLoginsAsync(user)).All(l => l.LoginProvider != login.LoginProvider)
            ? user
            : null;
}
