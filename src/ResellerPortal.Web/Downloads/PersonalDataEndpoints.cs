using System.Security.Claims;
using System.Text.Json;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>Exports the personal data of a customer's members.</summary>
internal static class PersonalDataEndpoints
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <param name="area">The path prefix, with the ID of the customer unless it is the customer's own area.</param>
    public static void MapPeopleFile(this IEndpointRouteBuilder endpoints, string area, string permission) =>
        endpoints.MapGet(area
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
