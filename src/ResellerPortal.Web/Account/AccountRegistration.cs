using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

internal static class AccountRegistration
{
    public static void AddPortalAccounts(this IServiceCollection services)
    {
        services.AddCascadingAuthenticationState();
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(cookie =>
        {
            cookie.Cookie.Name = "portal";
            cookie.LoginPath = "/account/sign-in";
            cookie.AccessDeniedPath = "/account/denied";
            cookie.ReturnUrlParameter = "returnUrl";
        }));
        services.AddIdentityCore<PortalUser>(identity =>
            {
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                identity.User.RequireUniqueEmail = true;
                identity.Password.RequiredLength = 12;
                identity.Lockout.MaxFailedAccessAttempts = 5;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddEntityFrameworkStores<PortalDbContext>()
            .AddSignInManager()
            .AddDefaultTokenProviders();
        services.Configure<SecurityStampValidatorOptions>(validator => validator.OnRefreshingPrincipal = KeepChosenSeat);
        services.AddAuthorization(options =>
        {
            // What names no policy of its own is for signed-in users at least.
            options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            foreach (var permission in Permission.All)
            {
                options.AddPolicy(permission, policy => policy.RequireAuthenticatedUser().AddRequirements(new PermissionRequirement(permission)));
            }
        });
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        services.AddScoped<CurrentActor>();
    }

    public static void MapAccount(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", async (ClaimsPrincipal user, SeatDirectory seats) =>
            Results.LocalRedirect(await seats.ActorOfAsync(user) is { } actor ? Components.Navigation.HomeOf(actor) : "/account/denied"));

        var account = endpoints.MapGroup("/account");
        account.MapPost("/sign-out", async (SignInManager<PortalUser> signIn) =>
        {
            await signIn.SignOutAsync();
            return Results.LocalRedirect("/account/sign-in");
        });
        account.MapPost("/seat", async ([FromForm] Guid seat, ClaimsPrincipal user, SeatDirectory seats, SignInManager<PortalUser> signIn) =>
        {
            var chosen = user.PortalUserId is { } userId ? (await seats.SeatsOfAsync(userId)).FirstOrDefault(s => s.Id.Value == seat) : null;
            if (chosen is not null && await signIn.UserManager.GetUserAsync(user) is { } known)
            {
                await signIn.SignInWithClaimsAsync(known, isPersistent: false, [new Claim(SeatClaims.Seat, chosen.Id.ToString())]);
            }

            return Results.LocalRedirect("/");
        });
    }

    private static Task KeepChosenSeat(SecurityStampRefreshingPrincipalContext context)
    {
        if (context.CurrentPrincipal?.FindFirst(SeatClaims.Seat) is { } seat)
        {
            ((ClaimsIdentity)context.NewPrincipal!.Identity!).AddClaim(seat.Clone());
        }

        return Task.CompletedTask;
    }
}
