using System.Security.Claims;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>Downloads of finalised invoices and credit notes for resellers and customers, limited by the scope of the actor.</summary>
internal static class InvoiceFileEndpoints
{
    private delegate Task<InvoiceSnapshot?> FindSnapshot(
        InvoiceQueries invoices,
        Actor actor,
        Guid id,
        CancellationToken cancellationToken);

    public static void MapInvoiceFiles(this IEndpointRouteBuilder endpoints, string area, string permission)
    {
        var kinds = new (string Path, FindSnapshot Find)[]
        {
            ("/invoices", static (invoices, actor, id, cancellationToken) => invoices.FindSnapshotAsync(actor, id, cancellationToken)),
            (
                "/credit-notes",
                static (invoices, actor, id, cancellationToken) => invoices.CreditNoteSnapshotAsync(actor, id, cancellationToken)),
        };
        foreach (var (path, find) in kinds)
        {
            endpoints.MapGet(area
                + path
                + "/{id:guid}.pdf", (
                    Guid id,
                    ClaimsPrincipal user,
                    MembershipDirectory memberships,
                    InvoiceQueries invoices,
                    LogoService logos,
                    IInvoiceDocument document,
                    CancellationToken cancellationToken) =>
                DownloadPdfAsync(
                    user,
                    memberships,
                    logos,
                    document,
                    actor => find(invoices, actor, id, cancellationToken),
                    cancellationToken)).RequireAuthorization(permission);
            endpoints.MapGet(area
                + path
                + "/{id:guid}.xml", (
                    Guid id,
                    ClaimsPrincipal user,
                    MembershipDirectory memberships,
                    InvoiceQueries invoices,
                    IElectronicInvoice document,
                    CancellationToken cancellationToken) =>
                DownloadXmlAsync(
                    user,
                    memberships,
                    document,
                    ElectronicSyntax.Ubl,
                    actor => find(invoices, actor, id, cancellationToken))).RequireAuthorization(permission);
            endpoints.MapGet(area
                + path
                + "/{id:guid}.cii.xml", (
                    Guid id,
                    ClaimsPrincipal user,
                    MembershipDirectory memberships,
                    InvoiceQueries invoices,
                    IElectronicInvoice document,
                    CancellationToken cancellationToken) =>
                DownloadXmlAsync(
                    user,
                    memberships,
                    document,
                    ElectronicSyntax.Cii,
                    actor => find(invoices, actor, id, cancellationToken))).RequireAuthorization(permission);
        }
    }

    /// <summary>Returns a customer's statement of account, or 404 for other tenants.</summary>
    public static async Task<IResult> DownloadStatementAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        AccountStatements statements,
        IStatementDocument document,
        Func<Actor, CustomerId> getCustomer,
        CancellationToken cancellationToken) =>
        await memberships.FindActorAsync(user) is { } actor
            && await statements.ReadAsync(actor, getCustomer(actor), cancellationToken: cancellationToken) is { } statement
            ? Results.File(document.Draw(statement), "application/pdf", fileDownloadName: null)
            : Results.NotFound();

    private static async Task<IResult> DownloadPdfAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        LogoService logos,
        IInvoiceDocument document,
        Func<Actor, Task<InvoiceSnapshot?>> find,
        CancellationToken cancellationToken) =>
        await memberships.FindActorAsync(user) is { } actor && await find(actor) is { } snapshot
            ? Results.File(
                document.Draw(snapshot, await logos.FindAsync(actor, snapshot.LogoHash, cancellationToken)),
                "application/pdf",
                fileDownloadName: null)
            : Results.NotFound();

    private static async Task<IResult> DownloadXmlAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        IElectronicInvoice document,
        ElectronicSyntax syntax,
        Func<Actor, Task<InvoiceSnapshot?>> find) =>
        await memberships.FindActorAsync(user) is not { } actor || await find(actor) is not { } snapshot ? Results.NotFound()
        : document.FindMissing(snapshot) is { Count: > 0 } missing
            ? Results.Text(
                $"{snapshot.Number} cannot be exported as an e-invoice. Missing: {string.Join(", ", missing)}.",
                statusCode: StatusCodes.Status422UnprocessableEntity)
            : Results.File(document.Write(snapshot, syntax), "application/xml", $"{snapshot.Number.Replace('/', '-')}.xml");
}
