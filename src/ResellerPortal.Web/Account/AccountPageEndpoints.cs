using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;

namespace ResellerPortal.Web.Account;

internal static class AccountPageEndpoints
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private static IResult Unprotected => Results.BadRequest("Load the page again, then try once more.");

    public static void MapAccount(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", async (ClaimsPrincipal user, MembershipDirectory memberships) =>
            Results.LocalRedirect(await memberships.FindActorAsync(user) switch
            {
                null => "/account/denied",
                { NeedsSecondFactor: true } => "/account?said=second-factor",
                var actor => Components.Navigation.GetHome(actor),
            }));

        var account = endpoints.MapGroup("/account");
        account.MapPost("/sign-out", SignOutAsync);
        account.MapPost("/seat", ChooseSeatAsync);
        account.MapGet("/data.json", DataAsync);
        account.MapPost("/visit", BeginVisitAsync);
        account.MapPost("/visit/end", EndVisitAsync);
        account.MapPost("/passkeys/new", NewPasskeyAsync);
        account.MapPost("/passkeys/ask", AskPasskeyAsync).AllowAnonymous();
        account.MapGet("/provider/{name}", ProviderAsync).AllowAnonymous();
        account.MapGet("/provider", async (
            PortalSignIn signIn,
            PortalUserManager users,
            UserAccountService accounts,
            HttpContext context) =>
            Results.LocalRedirect(await OpenIdProviders.ReturnAsync(signIn, users, accounts, context))).AllowAnonymous();
    }

    private static async Task<IResult> SignOutAsync([FromForm(Name = "__RequestVerificationToken")] string? token, PortalSignIn signIn)
    {
        await signIn.SignOutAsync();
        signIn.Context.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        return Results.LocalRedirect("/account/sign-in");
    }

    private static async Task<IResult> ChooseSeatAsync(
        [FromForm] Guid seat,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        PortalSignIn signIn,
        PortalUserManager users)
    {
        var chosen = user.PortalUserId is { } userId ? (await memberships.ListAsync(userId)).FirstOrDefault(s => s.Id.Value == seat) : null;
        if (chosen is not null && await users.GetUserAsync(user) is { } known)
        {
            await signIn.RenewAsync(known, chosen.Id, visit: null);
        }

        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> DataAsync(ClaimsPrincipal user, UserAccountService accounts) => user.PortalUserId is { } userId
        ? Results.File(JsonSerializer.SerializeToUtf8Bytes(await accounts.ExportAsync(userId), Json), "application/json", "my-account.json")
        : Results.Forbid();

    /// <summary>Begins a look at a customer's pages that was agreed to in the dialog before.</summary>
    private static async Task<IResult> BeginVisitAsync(
        [FromForm] Guid customer,
        [FromForm] string reason,
        [FromForm] int minutes,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        SupportSessionService supportSessions,
        PortalSignIn signIn,
        PortalUserManager users)
    {
        if (await memberships.FindActorAsync(user) is not { } actor
            || !actor.May(Permission.CustomersVisit)
            || await users.GetUserAsync(user) is not { } known)
        {
            return Results.Forbid();
        }

        var outcome = await supportSessions.StartAsync(actor, new Core.Tenancy.CustomerId(customer), reason, minutes);
        if (outcome.Refusal is { } refusal)
        {
            return Results.Text(refusal.Message, statusCode: StatusCodes.Status400BadRequest);
        }

        await signIn.RenewAsync(known, user.ChosenMemberId, outcome.Value.Id);
        return Results.LocalRedirect("/my");
    }

    private static async Task<IResult> EndVisitAsync(
        [FromForm(Name = "__RequestVerificationToken")] string? token,
        ClaimsPrincipal user,
        SupportSessionService supportSessions,
        PortalSignIn signIn,
        PortalUserManager users)
    {
        if (user is { PortalUserId: { } userId, SupportSessionId: { } visit } && await users.GetUserAsync(user) is { } known)
        {
            await supportSessions.EndAsync(visit, userId);
            await signIn.RenewAsync(known, user.ChosenMemberId, visit: null);
        }

        return Results.LocalRedirect("/");
    }

    /// <summary>What the browser needs to make a passkey for the account.</summary>
    private static async Task<IResult> NewPasskeyAsync(
        HttpContext context,
        IAntiforgery antiforgery,
        PortalSignIn signIn,
        PortalUserManager users)
    {
        return !await antiforgery.IsRequestValidAsync(context) ? Unprotected
            : await users.GetUserAsync(context.User) is { } user
            ? Results.Text(
                await signIn.MakePasskeyCreationOptionsAsync(
                    new PasskeyUserEntity { Id = user.Id.ToString(), Name = user.Email!, DisplayName = user.Email! }),
                "application/json")
            : Results.Forbid();
    }

    /// <summary>What the browser needs to sign in with a passkey. Nobody is named: the passkey tells whose it is.</summary>
    private static async Task<IResult> AskPasskeyAsync(HttpContext context, IAntiforgery antiforgery, PortalSignIn signIn)
    {
        return await antiforgery.IsRequestValidAsync(context)
            ? Results.Text(await signIn.MakePasskeyRequestOptionsAsync(null), "application/json")
            : Unprotected;
    }

    /// <param name="link">What the account's page gives along; another site that leads here has none, and connects nothing.</param>
    private static async Task<IResult> ProviderAsync(
        string name,
        string? link,
        HttpContext context,
        PortalSignIn signIn,
        ProviderLinks links) =>
        (await signIn.GetExternalAuthenticationSchemesAsync()).Any(s => s.Name == name)
            ? Results.Challenge(
                signIn.ConfigureExternalAuthenticationProperties(name, "/account/provider", links.FindUserId(link, context.User)), [name])
            : Results.NotFound("There is no such provider.");
}
