using ResellerPortal.Core.Analytics;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Documents.YearArchives;
using ResellerPortal.Web.Downloads;

namespace ResellerPortal.Web.Hosting;

internal static class DocumentRegistration
{
    /// <summary>Adds what draws invoices and statements, and writes e-invoices, the ledger's files and the archives of years.</summary>
    public static void AddDocuments(this IServiceCollection services)
    {
        services.AddSingleton<IInvoiceDocument, InvoicePdf>();
        services.AddSingleton<IElectronicInvoice, ElectronicInvoiceWriter>();
        services.AddSingleton<IStatementDocument, StatementPdf>();
        services.AddSingleton<ILedgerFileWriter>(new ParquetLedgerWriter());
        services.AddSingleton<YearArchiveWriter>();
        services.AddSingleton<YearArchiveDownloads>();
    }
}
