using System.Security.Claims;
using System.Text.Json;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>What is stored of a customer's people, as a file.</summary>
internal static class PersonalDataEndpoints
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <param name="door">A path with the customer's id in it, or the customer's own door.</param>
    public static void MapPeopleFile(this IEndpointRouteBuilder endpoints, string door, string permission) =>
        endpoints.MapGet(door
            + "/people.json", async (
                Guid? id,
                ClaimsPrincipal user,
                MembershipDirectory memberships,
                PersonalDataService data,
                CancellationToken cancellationToken) =>
        {
            if (await memberships.FindActorAsync(user) is not { } actor
                || (id is { } given ? new CustomerId(given) : actor.Scope.Customer) is not { } customer)
            {
                return Results.Forbid();
            }

            var outcome = await data.ExportAsync(actor, customer, cancellationToken);
            return outcome.IsRefused
                ? Results.NotFound(outcome.Refusal!.Message)
                : Results.File(JsonSerializer.SerializeToUtf8Bytes(outcome.Value, Json), "application/json", "people.json");
        }).RequireAuthorization(permission);
}
