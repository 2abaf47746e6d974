namespace ResellerPortal.Core.Tenancy;

/// <summary>An id that cannot be confused with another kind's. Stored as a GUID; see the converters in Persistence.</summary>
public interface ITypedId
{
    Guid Value { get; }
}

public readonly record struct ResellerId(Guid Value) : ITypedId
{
    public static ResellerId New() => new(Guid.CreateVersion7());

    public override string ToString() => Value.ToString();
}

public readonly record struct CustomerId(Guid Value) : ITypedId
{
    public static CustomerId New() => new(Guid.CreateVersion7());

    public override string ToString() => Value.ToString();
}

public readonly record struct MemberId(Guid Value) : ITypedId
{
    public static MemberId New() => new(Guid.CreateVersion7());

    public override string ToString() => Value.ToString();
}
