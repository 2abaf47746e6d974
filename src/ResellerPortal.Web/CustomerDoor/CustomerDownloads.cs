using System.Security.Claims;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.CustomerDoor;

internal static class CustomerDownloads
{
    public static void MapCustomerDownloads(this IEndpointRouteBuilder portal)
    {
        var endpoints = portal.MapGroup("").AddEndpointFilter<RouteGroupBuilder, NotedDownload>();
        portal.MapPeopleFile("/my", Permission.MyMembersManage);
        endpoints.MapInvoiceFiles("/my", Permission.MyView);
        endpoints.MapGet("/my/statement.pdf", (ClaimsPrincipal user, MembershipDirectory seats, AccountStatements statements, IStatementDocument document, CancellationToken cancellationToken) =>
            InvoiceFiles.StatementAsync(user, seats, statements, document, actor => actor.Scope.Customer!.Value, cancellationToken)).RequireAuthorization(Permission.MyView);
        endpoints.MapGet("/my/ledger.ndjson", (ClaimsPrincipal user, MembershipDirectory seats, LedgerExporter export) =>
            LedgerFiles.NdjsonAsync(user, seats, export, actor => actor.Scope.Customer)).RequireAuthorization(Permission.MyView);
        endpoints.MapGet("/my/ledger.csv", (ClaimsPrincipal user, MembershipDirectory seats, LedgerExporter export) =>
            LedgerFiles.CsvAsync(user, seats, export, actor => actor.Scope.Customer)).RequireAuthorization(Permission.MyView);
    }
}
