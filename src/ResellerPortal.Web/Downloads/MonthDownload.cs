using System.Security.Claims;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>What downloads of a reseller's tables share.</summary>
internal static class MonthDownload
{
    /// <summary>Answers for the signed-in actor and the month in the URL, such as "2026-10".</summary>
    public static async Task<IResult> ForMonthAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        string month,
        Func<Actor, BillingPeriod, Task<IResult>> answer) =>
        await memberships.FindActorAsync(user) is not { } actor ? Results.Forbid()
        : BillingPeriod.TryParse(month, out var period) ? await answer(actor, period)
        : Results.BadRequest("Specify a month, such as 2026-10.");

    public static IResult CreateTable(
        string format,
        string name,
        IReadOnlyList<string> columns,
        IAsyncEnumerable<IReadOnlyList<object?>> rows) =>
        CreateFile(format, name, (stream, known) => TableFileWriter.WriteAsync(stream, known, columns, rows, default));

    /// <param name="format">"csv", "xlsx" or "json".</param>
    public static IResult CreateFile(string format, string name, Func<Stream, TableFormat, Task> writeAsync) =>
        Enum.TryParse<TableFormat>(format, ignoreCase: true, out var known)
            ? Results.Stream(
                stream => writeAsync(stream, known),
                TableFileWriter.GetMediaType(known),
                $"{name}.{TableFileWriter.GetExtension(known)}")
            : Results.NotFound();
}
