using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account.Passwords;

namespace ResellerPortal.Web.Account;

internal static class AccountRegistration
{
    public static void AddPortalAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        // Behind HTTPS, cookies are never sent over plain HTTP, and no other host of the domain can set them.
        var isSecure = configuration["Portal:PublicUrl"]?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;
        services.AddHttpContextAccessor();
        services.AddCascadingAuthenticationState();
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddOpenIdProviders(configuration).AddIdentityCookies(cookies =>
        {
            cookies.ApplicationCookie!.Configure(cookie =>
            {
                cookie.Cookie.Name = isSecure ? "__Host-portal" : "portal";
                cookie.LoginPath = "/account/sign-in";
                cookie.AccessDeniedPath = "/account/denied";
                cookie.ReturnUrlParameter = "returnUrl";
                cookie.ExpireTimeSpan = TimeSpan.FromDays(30);
                cookie.Events.OnValidatePrincipal = ValidateAsync;

                // The sign-in page redirects, to an address that it has checked.
                cookie.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask;
            });
            foreach (var cookie in (Microsoft.Extensions.Options.OptionsBuilder<CookieAuthenticationOptions>[])[
                cookies.ApplicationCookie!, cookies.ExternalCookie!, cookies.TwoFactorUserIdCookie!, cookies.TwoFactorRememberMeCookie!,
            ])
            {
                cookie.Configure(
                    options => options.Cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest);
            }
        });
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = isSecure ? "__Host-portal-form" : "portal-form";
            antiforgery.Cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        });
        services.AddIdentityCore<PortalUser>(identity =>
            {
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                identity.User.RequireUniqueEmail = true;

                // An account belongs to whoever opened a link that was mailed to its address.
                identity.SignIn.RequireConfirmedEmail = true;

                // Length and a list of common passwords matter more than character classes (NIST SP 800-63B).
                identity.Password = new PasswordOptions
                {
                    RequiredLength = 12,
                    RequiredUniqueChars = 5,
                    RequireDigit = false,
                    RequireLowercase = false,
                    RequireUppercase = false,
                    RequireNonAlphanumeric = false,
                };
                identity.Lockout.MaxFailedAccessAttempts = 5;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddUserManager<PortalUserManager>()
            .AddEntityFrameworkStores<PortalDbContext>()
            .AddSignInManager<PortalSignIn>()
            .AddDefaultTokenProviders();
        services.AddSingleton<IPasswordValidator<PortalUser>>(new CommonPasswordValidator(configuration["Passwords:ListPath"]));
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 210_000);
        services.Configure<DataProtectionTokenProviderOptions>(tokens => tokens.TokenLifespan = TimeSpan.FromHours(3));
        services.Configure<SecurityStampValidatorOptions>(validator => validator.OnRefreshingPrincipal = KeepSession);
        services.AddAuthorization(options =>
        {
            // Endpoints without a policy require at least a signed-in user.
            options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            foreach (var permission in Permission.All)
            {
                options.AddPolicy(
                    permission, policy => policy.RequireAuthenticatedUser().AddRequirements(new PermissionRequirement(permission)));
            }
        });
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        services.AddScoped<IClaimsTransformation, CallerAddressClaims>();
        services.AddScoped<CurrentActor>();
        services.AddScoped<OwnAccountService>();
        services.AddSingleton<ProviderLinks>();
        services.AddSingleton<EmailLinkFactory>();
        services.AddSingleton<IEmailComposer, AccountEmailComposer>();

        services.AddScoped<AuthenticationStateProvider, SessionRevalidator>();
        services.AddScoped<CircuitActivity>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<CircuitActivity>());
        services.AddSingleton<CircuitBudget>();
        services.AddScoped<CircuitHandler, CircuitLimit>();
        services.AddScoped<CircuitHandler, CircuitOwner>();
    }

    /// <summary>A cookie is valid as long as its session and the check of ASP.NET Core Identity allow.</summary>
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        await SecurityStampValidator.ValidatePrincipalAsync(context);
        var sessions = context.HttpContext.RequestServices.GetRequiredService<UserSessionService>();
        if (context.Principal is { } user
            && !(user.SignedInUser is { } who
                && await sessions.IsAliveAsync(who.UserId, who.SessionId, wasUsed: true, context.HttpContext.RequestAborted)))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
        }
    }

    private static Task KeepSession(SecurityStampRefreshingPrincipalContext context)
    {
        foreach (var name in (string[])[MembershipClaims.Session, MembershipClaims.Membership, MembershipClaims.SupportSession])
        {
            if (context.CurrentPrincipal?.FindFirst(name) is { } claim)
            {
                ((System.Security.Claims.ClaimsIdentity)context.NewPrincipal!.Identity!).AddClaim(claim.Clone());
            }
        }

        return Task.CompletedTask;
    }
}
