namespace ResellerPortal.Core.Tenancy;

/// <summary>A row of one reseller. Inside a customer's scope such rows do not exist, unless they are the customer's own.</summary>
public interface IResellerOwned
{
    ResellerId ResellerId { get; }
}

/// <summary>A row of one customer of one reseller.</summary>
public interface ICustomerOwned : IResellerOwned
{
    CustomerId CustomerId { get; }
}

/// <summary>A row whose changes the history keeps, with what was there before.</summary>
public interface IAudited;

/// <summary>A row that may belong to the installation, to a reseller or to a customer (a seat, an audit entry).</summary>
public interface IOwnedAtAnyLevel
{
    ResellerId? ResellerId { get; }

    CustomerId? CustomerId { get; }
}
