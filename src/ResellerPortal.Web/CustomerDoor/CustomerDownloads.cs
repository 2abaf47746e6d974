using ResellerPortal.Core.Access;
using ResellerPortal.Web.ResellerDoor;

namespace ResellerPortal.Web.CustomerDoor;

internal static class CustomerDownloads
{
    public static void MapCustomerDownloads(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/my/invoices/{id:guid}.pdf", InvoicePdfs.AnswerAsync).RequireAuthorization(Permission.MyView);
}
