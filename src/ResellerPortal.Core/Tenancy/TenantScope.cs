namespace ResellerPortal.Core.Tenancy;

/// <summary>The extent of a scope.</summary>
public enum ScopeKind
{
    AllTenants,

    /// <summary>All tenants but those whose rows are, or were, moved to another database.</summary>
    ServedTenants,

    /// <summary>One reseller, or none.</summary>
    Reseller,

    Customer,
}

/// <summary>
/// The rows that a database context may read and write. A context is always opened for one scope; there is no ambient tenant that could be
/// forgotten.
/// </summary>
public sealed class TenantScope
{
    private readonly bool _isServedOnly;

    private TenantScope(ResellerId? reseller, CustomerId? customer, string? crossingReason, bool isServedOnly = false)
    {
        Reseller = reseller;
        Customer = customer;
        CrossingReason = crossingReason;
        _isServedOnly = isServedOnly;
    }

    /// <summary>No tenant: only the installation's own rows (users, plans) are visible.</summary>
    public static TenantScope None { get; } = new(null, null, null);

    public ResellerId? Reseller { get; }

    public CustomerId? Customer { get; }

    /// <summary>Why this scope sees every tenant; null for all other scopes.</summary>
    public string? CrossingReason { get; }

    public bool CrossesTenants => CrossingReason is not null;

    public ScopeKind Kind => CrossesTenants ? (_isServedOnly ? ScopeKind.ServedTenants : ScopeKind.AllTenants)
        : Customer is null ? ScopeKind.Reseller
        : ScopeKind.Customer;

    public static TenantScope ForReseller(ResellerId reseller) => new(reseller, null, null);

    public static TenantScope ForCustomer(ResellerId reseller, CustomerId customer) => new(reseller, customer, null);

    /// <summary>A scope over all tenants, for the operator, the gateway and jobs. The reason is for readers and logs.</summary>
    public static TenantScope CrossTenants(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new TenantScope(null, null, reason);
    }

    /// <summary>A scope over the tenants that this database serves, for work that happens unasked, such as sending emails.</summary>
    public static TenantScope ServedTenants(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new TenantScope(null, null, reason, isServedOnly: true);
    }

    /// <summary>
    /// The whole reseller around a customer's scope, for operations of a customer that read the reseller's own rows (rating with its rate
    /// card). Results returned to the customer must not expose cost.
    /// </summary>
    public TenantScope WholeReseller() => Reseller is { } reseller
        ? ForReseller(reseller)
        : throw new InvalidOperationException("This scope belongs to no reseller.");

    /// <summary>Whether a row of this owner is in scope.</summary>
    public bool Contains(ResellerId? reseller, CustomerId? customer) =>
        CrossesTenants
        || (Reseller is not null && Reseller == reseller && (Customer is null || Customer == customer));

    public override string ToString() =>
        CrossingReason is not null ? $"all tenants ({CrossingReason})"
        : Customer is not null ? $"customer {Customer} of reseller {Reseller}"
        : Reseller is not null ? $"reseller {Reseller}"
        : "no tenant";
}
