using System.Net.Mime;
using Microsoft.Net.Http.Headers;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.YearArchives;
using ResellerPortal.Documents.YearArchives;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>Sends a reseller's year as a ZIP while it is written; a failure ends the connection, so that nobody keeps a part.</summary>
internal static class YearArchiveEndpoint
{
    public static void MapYearArchive(this IEndpointRouteBuilder portal) =>
        portal.MapGet("/reseller/year-archive.zip", DownloadAsync).RequireAuthorization(Permission.HistoryExport);

    private static async Task DownloadAsync(
        HttpContext context,
        int year,
        MembershipDirectory memberships,
        YearArchiveReader reader,
        YearArchiveWriter writer,
        YearArchiveDownloads downloads)
    {
        var aborted = context.RequestAborted;
        if (await memberships.FindActorAsync(context.User) is not { } actor)
        {
            await Results.Forbid().ExecuteAsync(context);
            return;
        }

        using var download = downloads.TryBegin(actor);
        if (download is null)
        {
            await Results.Text("An archive is being downloaded. Wait until it is complete.", statusCode: StatusCodes.Status409Conflict)
                .ExecuteAsync(context);
            return;
        }

        var outcome = await reader.OpenAsync(actor, year, cancellationToken: aborted);
        if (outcome.Refusal is { } refusal)
        {
            await Results.Text(refusal.Message, statusCode: StatusCodes.Status422UnprocessableEntity).ExecuteAsync(context);
            return;
        }

        using var archive = outcome.Value;
        context.Response.ContentType = MediaTypeNames.Application.Zip;
        context.Response.Headers.ContentDisposition =
            new ContentDispositionHeaderValue("attachment") { FileName = $"{archive.Reseller.Slug}-{archive.Year}.zip" }.ToString();
        await writer.WriteAsync(archive, context.Response.Body, download, aborted);
    }
}
