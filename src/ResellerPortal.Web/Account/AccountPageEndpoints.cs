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

    private static IResult Unprotected => Results.BadRequest("The form has expired. Reload the page and try again.");

    public static void MapAccount(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", async (ClaimsPrincipal user, MembershipDirectory memberships) =>
            Results.LocalRedirect(await memberships.FindActorAsync(user) switch
            {
                null => "/account/denied",
                { IsMoving: true } => "/account?said=moving",
                { NeedsSecondFactor: true } => "/account?said=second-factor",
                var actor => Components.Navigation.GetHome(actor),
            }));

        var account = endpoints.MapGroup("/account");
        account.MapPost("/sign-out", SignOutAsync);
        account.MapPost("/membership", ChooseMembershipAsync);
        account.MapGet("/data.json", DownloadDataAsync);
        account.MapPost("/support-session", StartSupportSessionAsync);
        account.MapPost("/support-session/end", EndSupportSessionAsync);
        account.MapPost("/passkeys/new", CreatePasskeyOptionsAsync);
        account.MapPost("/passkeys/ask", CreatePasskeyRequestAsync).AllowAnonymous();
        account.MapGet("/provider/{name}", ChallengeProviderAsync).AllowAnonymous();
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

    private static async Task<IResult> ChooseMembershipAsync(
        [FromForm] Guid membership,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        PortalSignIn signIn,
        PortalUserManager users)
    {
        var chosen = user.PortalUserId is { } userId
            ? (await memberships.ListAsync(userId)).FirstOrDefault(s => s.Id.Value == membership)
            : null;
        if (chosen is not null && await users.GetUserAsync(user) is { } known)
        {
            await signIn.RenewAsync(known, chosen.Id, supportSessionId: null);
        }

        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> DownloadDataAsync(ClaimsPrincipal user, UserAccountService accounts) =>
        user.PortalUserId is { } userId
            ? Results.File(
                JsonSerializer.SerializeToUtf8Bytes(await accounts.ExportAsync(userId), Json), "application/json", "my-account.json")
            : Results.Forbid();

    /// <summary>Starts a read-only support session for a customer, as requested in the dialog.</summary>
    private static async Task<IResult> StartSupportSessionAsync(
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
            || !actor.May(Permission.CustomersSupport)
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

    private static async Task<IResult> EndSupportSessionAsync(
        [FromForm(Name = "__RequestVerificationToken")] string? token,
        ClaimsPrincipal user,
        SupportSessionService supportSessions,
        PortalSignIn signIn,
        PortalUserManager users)
    {
        if (user is { PortalUserId: { } userId, SupportSessionId: { } supportSessionId } && await users.GetUserAsync(user) is { } known)
        {
            await supportSessions.EndAsync(supportSessionId, userId);
            await signIn.RenewAsync(known, user.ChosenMemberId, supportSessionId: null);
        }

        return Results.LocalRedirect("/");
    }

    /// <summary>Returns the options with which the browser creates a passkey for the account.</summary>
    private static async Task<IResult> CreatePasskeyOptionsAsync(
        HttpContext context,
        IAntiforgery antiforgery,
        PortalSignIn signIn,
        PortalUserManager users,
        OwnAccountService account)
    {
        return !await antiforgery.IsRequestValidAsync(context) ? Unprotected
            : await users.GetUserAsync(context.User) is { } user && await account.IsVerifiedAsync(user)
            ? Results.Text(
                await signIn.MakePasskeyCreationOptionsAsync(
                    new PasskeyUserEntity { Id = user.Id.ToString(), Name = user.Email!, DisplayName = user.Email! }),
                "application/json")
            : Results.Forbid();
    }

    /// <summary>Returns the options for signing in with a passkey. They name no user; the passkey identifies its owner.</summary>
    private static async Task<IResult> CreatePasskeyRequestAsync(HttpContext context, IAntiforgery antiforgery, PortalSignIn signIn)
    {
        return await antiforgery.IsRequestValidAsync(context)
            ? Results.Text(await signIn.MakePasskeyRequestOptionsAsync(null), "application/json")
            : Unprotected;
    }

    /// <param name="link">The signed link of the account page; requests from other sites have none and connect nothing.</param>
    private static async Task<IResult> ChallengeProviderAsync(
        string name,
        string? link,
        HttpContext context,
        PortalSignIn signIn,
        ProviderLinks links) =>
        (await signIn.GetExternalAuthenticationSchemesAsync()).Any(s => s.Name == name)
            ? Results.Challenge(
                signIn.ConfigureExternalAuthenticationProperties(name, "/account/provider", links.FindUserId(link, context.User)), [name])
            : Results.NotFound("This provider does not exist.");
}
