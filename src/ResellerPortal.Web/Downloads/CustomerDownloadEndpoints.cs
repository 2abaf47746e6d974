using System.Security.Claims;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Web.Downloads;

internal static class CustomerDownloadEndpoints
{
    public static void MapCustomerDownloads(this IEndpointRouteBuilder portal)
    {
        var endpoints = portal.MapGroup("").AddEndpointFilter<RouteGroupBuilder, AuditedDownloadFilter>();
        portal.MapPeopleFile("/my", Permission.MyMembersManage);
        endpoints.MapInvoiceFiles("/my", Permission.MyView);
        endpoints.MapGet("/my/statement.pdf", (
            ClaimsPrincipal user,
            MembershipDirectory memberships,
            AccountStatements statements,
            IStatementDocument document,
            CancellationToken cancellationToken) =>
            InvoiceFileEndpoints.DownloadStatementAsync(
                user,
                memberships,
                statements,
                document,
                actor => actor.Scope.Customer!.Value,
                cancellationToken)).RequireAuthorization(Permission.MyView);
        endpoints.MapGet("/my/ledger.ndjson", (ClaimsPrincipal user, MembershipDirectory memberships, LedgerExporter export) =>
            LedgerFileEndpoints.DownloadNdjsonAsync(user, memberships, export, actor => actor.Scope.Customer)).RequireAuthorization(
                Permission.MyView);
        endpoints.MapGet("/my/ledger.csv", (ClaimsPrincipal user, MembershipDirectory memberships, LedgerExporter export) =>
            LedgerFileEndpoints.DownloadCsvAsync(user, memberships, export, actor => actor.Scope.Customer)).RequireAuthorization(
                Permission.MyView);
    }
}
