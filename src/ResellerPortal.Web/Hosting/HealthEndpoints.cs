using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Web.Hosting;

internal static class HealthEndpoints
{
    /// <summary>Maps <c>/healthz</c> (the process) and <c>/readyz</c> (the database and its migrations).</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz", () => "ok").AllowAnonymous();
        endpoints.MapGet("/readyz", async (DatabaseStatusReader reader, CancellationToken cancellationToken) =>
            (await reader.ReadAsync(cancellationToken)).IsReady
                ? Results.Text("ready")
                : Results.Text(
                    "the database is unreachable or needs 'migrate', or does not know the key in Database:ScopeKey",
                    statusCode: StatusCodes.Status503ServiceUnavailable)).AllowAnonymous();
    }
}
