using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Demo;

/// <summary>A fictitious demo customer with its size, pricing and behaviour.</summary>
/// <param name="EntriesPerMonth">Initial number of entries per month, before growth.</param>
/// <param name="QuietMonths">Number of most recent months without usage.</param>
/// <param name="UnpaidInvoices">Number of most recent invoices left unpaid.</param>
/// <param name="PaysIn">Top-up every four months for a prepaid customer; null for a postpaid customer.</param>
/// <param name="Currency">Billing currency; null for the reseller's currency.</param>
/// <param name="Language">Invoice language; null for the reseller's language.</param>
/// <param name="MonthlyLimit">Monthly limit of the production token.</param>
internal sealed record DemoCustomer(
    string Name,
    string Email,
    PostalAddress Address,
    string? VatId,
    TaxTreatment Tax,
    Markup? Markup,
    int EntriesPerMonth,
    decimal GrowthPerMonth,
    string[] Converters,
    int QuietMonths = 0,
    int UnpaidInvoices = 0,
    long? MonthlyLimit = null,
    long? MonthlyBudget = null,
    decimal? PaysIn = null,
    string? Currency = null,
    string? Language = null);
