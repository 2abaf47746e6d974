namespace ResellerPortal.Core.Tenancy;

/// <summary>A row of one reseller. Not visible in a customer's scope, unless it is the customer's own.</summary>
public interface IResellerOwned
{
    ResellerId ResellerId { get; }
}

/// <summary>A row of one customer of one reseller.</summary>
public interface ICustomerOwned : IResellerOwned
{
    CustomerId CustomerId { get; }
}

/// <summary>The key of a row that a reseller owns. Rows are locked in its order.</summary>
public readonly record struct RowKey(ResellerId Reseller, Guid Id) : IComparable<RowKey>
{
    public int CompareTo(RowKey other) =>
        Reseller.Value.CompareTo(other.Reseller.Value) is not 0 and var order ? order : Id.CompareTo(other.Id);
}

/// <summary>A row with its changes and previous values recorded in the history.</summary>
public interface IAudited;

/// <summary>A row that may belong to the installation, a reseller or a customer (a membership, an audit entry).</summary>
public interface IOwnedAtAnyLevel
{
    ResellerId? ResellerId { get; }

    CustomerId? CustomerId { get; }
}

/// <summary>A row about a user or a sign-in, who may belong to several tenants or none; no tenant's scope sees it.</summary>
public interface IIdentityRow;

/// <summary>A row that says whether its reseller is on the way to another database. Each database has its own marks.</summary>
public interface IMovable
{
    /// <summary>Since when it is refused because its rows are being moved; null if they are not.</summary>
    DateTimeOffset? MovingSinceUtc { get; }

    /// <summary>When another database took over; null if it did not.</summary>
    DateTimeOffset? MovedAtUtc { get; }
}

/// <summary>
/// A table whose rows may be of no reseller, but name in another property a reseller's id or, for the installation, zeros: its keys lead
/// with that property.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DividedByAttribute(string property) : Attribute
{
    public string Property { get; } = property;
}

/// <summary>
/// A table of few rows whose unique values are unique among all resellers, such as a host name. In a distributed database every server has
/// a copy of it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class UniqueAcrossResellersAttribute : Attribute;

/// <summary>A table that is written too often for an index on the id alone: its rows are found by reseller and id.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FoundWithResellerAttribute : Attribute;

/// <summary>A text that Data Protection has encrypted, with the keys of the database that it is in.</summary>
/// <param name="purpose">The protector's purpose.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ProtectedForAttribute(string purpose) : Attribute
{
    public string Purpose { get; } = purpose;
}

/// <summary>The ways in which a table's rows may be written.</summary>
[Flags]
public enum RowWrites
{
    None = 0,
    Insert = 1,
    Update = 2,
    Delete = 4,
    All = Insert | Update | Delete,
}

/// <summary>
/// The writes that a database server allows on an entity's table. Without it, a reseller may write its rows in every way, and a
/// customer in none.
/// </summary>
/// <param name="writes">The writes of the running portal as a whole.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AllowedWritesAttribute(RowWrites writes) : Attribute
{
    public RowWrites Writes { get; } = writes;

    /// <summary>The writes in a customer's scope.</summary>
    public RowWrites ByCustomers { get; init; }
}
