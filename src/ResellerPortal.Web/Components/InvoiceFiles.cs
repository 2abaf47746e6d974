using System.Security.Claims;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Finalised invoices and credit notes as files, for both doors; the actor's scope decides whose it can be.</summary>
internal static class InvoiceFiles
{
    public static void MapInvoiceFiles(this IEndpointRouteBuilder endpoints, string door, string permission)
    {
        endpoints.MapGet(door + "/invoices/{id:guid}.pdf", (Guid id, ClaimsPrincipal user, SeatDirectory seats, InvoiceQueries invoices, IInvoiceDocument document, CancellationToken cancellationToken) =>
            PdfAsync(user, seats, document, actor => invoices.SnapshotAsync(actor, id, cancellationToken))).RequireAuthorization(permission);
        endpoints.MapGet(door + "/invoices/{id:guid}.xml", (Guid id, ClaimsPrincipal user, SeatDirectory seats, InvoiceQueries invoices, IElectronicInvoice document, CancellationToken cancellationToken) =>
            XmlAsync(user, seats, document, actor => invoices.SnapshotAsync(actor, id, cancellationToken))).RequireAuthorization(permission);
        endpoints.MapGet(door + "/credit-notes/{id:guid}.pdf", (Guid id, ClaimsPrincipal user, SeatDirectory seats, InvoiceQueries invoices, IInvoiceDocument document, CancellationToken cancellationToken) =>
            PdfAsync(user, seats, document, actor => invoices.CreditNoteSnapshotAsync(actor, id, cancellationToken))).RequireAuthorization(permission);
        endpoints.MapGet(door + "/credit-notes/{id:guid}.xml", (Guid id, ClaimsPrincipal user, SeatDirectory seats, InvoiceQueries invoices, IElectronicInvoice document, CancellationToken cancellationToken) =>
            XmlAsync(user, seats, document, actor => invoices.CreditNoteSnapshotAsync(actor, id, cancellationToken))).RequireAuthorization(permission);
    }

    private static async Task<IResult> PdfAsync(ClaimsPrincipal user, SeatDirectory seats, IInvoiceDocument document, Func<Actor, Task<InvoiceSnapshot?>> find) =>
        await seats.ActorOfAsync(user) is { } actor && await find(actor) is { } snapshot
            ? Results.File(document.Draw(snapshot), "application/pdf", fileDownloadName: null)
            : Results.NotFound();

    private static async Task<IResult> XmlAsync(ClaimsPrincipal user, SeatDirectory seats, IElectronicInvoice document, Func<Actor, Task<InvoiceSnapshot?>> find) =>
        await seats.ActorOfAsync(user) is not { } actor || await find(actor) is not { } snapshot ? Results.NotFound()
        : document.MissingFrom(snapshot) is { Count: > 0 } missing
            ? Results.Text($"{snapshot.Number} cannot be written as an e-invoice. What it lacks: {string.Join(", ", missing)}.", statusCode: StatusCodes.Status422UnprocessableEntity)
            : Results.File(document.Write(snapshot), "application/xml", $"{snapshot.Number.Replace('/', '-')}.xml");
}
