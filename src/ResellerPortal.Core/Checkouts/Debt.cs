using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>What is to be paid, by whom and to whom, when a payment starts.</summary>
/// <param name="Part">The part to pay; null for everything due.</param>
internal sealed record Debt(
    CheckoutPurpose Purpose,
    Guid SubjectId,
    ResellerId Reseller,
    CustomerId? Customer,
    Merchant Merchant,
    CheckoutKind Kind,
    string Subject,
    PayerDetails Payer,
    BulkPlan? Plan,
    Money? Part = null);
