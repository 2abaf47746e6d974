using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Demo;

/// <summary>A made-up customer: how large it is, what it pays, how it behaves.</summary>
/// <param name="EntriesPerMonth">At the beginning; it grows from there.</param>
/// <param name="QuietMonths">How many of the last months it used nothing.</param>
/// <param name="UnpaidInvoices">How many of its last invoices it left unpaid.</param>
/// <param name="PaysIn">What it pays in every four months, if it pays before it converts; null if it pays its invoices afterwards.</param>
/// <param name="Currency">That it is charged in; null for the reseller's.</param>
/// <param name="Language">Of its invoices; null for the reseller's.</param>
/// <param name="MonthlyLimit">Limit of its production token, which renews each month.</param>
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
