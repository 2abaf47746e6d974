using System.Security.Claims;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>A finalised invoice as a file, for both doors; the actor's scope decides whose it can be.</summary>
internal static class InvoiceFiles
{
    public static async Task<IResult> PdfAsync(
        Guid id, ClaimsPrincipal user, SeatDirectory seats, InvoiceQueries invoices, IInvoiceDocument document, CancellationToken cancellationToken) =>
        await SnapshotAsync(id, user, seats, invoices, cancellationToken) is { } snapshot
            ? Results.File(document.Draw(snapshot), "application/pdf", fileDownloadName: null)
            : Results.NotFound();

    public static async Task<IResult> XmlAsync(
        Guid id, ClaimsPrincipal user, SeatDirectory seats, InvoiceQueries invoices, IElectronicInvoice document, CancellationToken cancellationToken) =>
        await SnapshotAsync(id, user, seats, invoices, cancellationToken) is not { } snapshot ? Results.NotFound()
        : document.MissingFrom(snapshot) is { Count: > 0 } missing
            ? Results.Text($"Invoice {snapshot.Number} cannot be written as an e-invoice. What it lacks: {string.Join(", ", missing)}.", statusCode: StatusCodes.Status422UnprocessableEntity)
            : Results.File(document.Write(snapshot), "application/xml", $"{snapshot.Number.Replace('/', '-')}.xml");

    private static async Task<InvoiceSnapshot?> SnapshotAsync(Guid id, ClaimsPrincipal user, SeatDirectory seats, InvoiceQueries invoices, CancellationToken cancellationToken) =>
        await seats.ActorOfAsync(user) is { } actor ? await invoices.SnapshotAsync(actor, id, cancellationToken) : null;
}
