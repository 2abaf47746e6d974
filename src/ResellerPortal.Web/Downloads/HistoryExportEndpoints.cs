using System.Security.Claims;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.Downloads;

/// <summary>Exports the event history with sequence numbers, commitments and hashes.</summary>
internal static class HistoryExportEndpoints
{
    public static void MapHistoryFiles(this IEndpointRouteBuilder endpoints, string area, string permission) =>
        endpoints.MapGet(area + "/history.{format:regex(^(csv|xlsx|json)$)}", async (
            string format, string? @event, string? q, string? from, string? to, ClaimsPrincipal user, MembershipDirectory memberships,
            HistoryQueries history, CancellationToken cancellationToken) =>
        {
            if (await memberships.FindActorAsync(user) is not { } actor
                || !Enum.TryParse<TableFormat>(format, ignoreCase: true, out var known))
            {
                return Results.Forbid();
            }

            var rows = await history.ExportAsync(actor, HistoryView.ReadFilter(@event, q, from, to), cancellationToken);
            return Results.Stream(
                stream => TableFileWriter.WriteAsync(
                    stream,
                    known,
                    [
                        "at_utc", "actor", "ip_address", "event", "details", "changes",
                        "reseller", "customer",
                        "sequence", "commitment", "hash",
                    ],
                    rows.Select(r => (IReadOnlyList<object?>)
                    [
                        r.Entry.AtUtc, r.Entry.ActorName, r.Entry.FromAddress, r.Entry.Action, r.Entry.Subject, r.Entry.Changes,
                        r.ResellerName, r.CustomerName,
                        r.Entry.Sequence, Hex(r.Entry.Commitment), Hex(r.Entry.Hash),
                    ]).ToAsyncEnumerable(),
                    default),
                TableFileWriter.GetMediaType(known),
                "history." + TableFileWriter.GetExtension(known));
        }).RequireAuthorization(permission);

    private static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexStringLower(bytes);
}

/// <summary>Records a download in the event history before it starts.</summary>
internal sealed class AuditedDownloadFilter(MembershipDirectory memberships, HistoryQueries history) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (await memberships.FindActorAsync(context.HttpContext.User) is { } actor)
        {
            await history.RecordExportAsync(
                actor,
                $"downloaded {request.Path}{request.QueryString}".Length > 900
                    ? $"downloaded {request.Path}"
                    : $"downloaded {request.Path}{request.QueryString}",
                context.HttpContext.RequestAborted);
        }

        return await next(context);
    }
}
