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

/// <summary>A row with its changes and previous values recorded in the history.</summary>
public interface IAudited;

/// <summary>A row that may belong to the installation, a reseller or a customer (a membership, an audit entry).</summary>
public interface IOwnedAtAnyLevel
{
    ResellerId? ResellerId { get; }

    CustomerId? CustomerId { get; }
}
