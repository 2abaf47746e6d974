using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Access;

/// <summary>Who acts, in which tenant and with which rights. Every service method takes one and asks it first.</summary>
public sealed class Actor
{
    private readonly Func<string, bool> _allows;

    private Actor(string name, Guid? userId, TenantScope scope, Func<string, bool> allows, string? fromAddress) =>
        (Name, UserId, Scope, _allows, FromAddress) = (name, userId, scope, allows, fromAddress);

    /// <summary>As written into the audit log.</summary>
    public string Name { get; }

    public Guid? UserId { get; }

    public TenantScope Scope { get; }

    /// <summary>The network address that the person's request came from; null for the portal itself.</summary>
    public string? FromAddress { get; }

    /// <summary>Whether the seat is closed until the person signs in with two factors, since its reseller demands them.</summary>
    public bool NeedsSecondFactor { get; private init; }

    /// <summary>Until when somebody else looks at a customer's pages; null for who sits in a seat of its own.</summary>
    public DateTimeOffset? VisitEndsAtUtc { get; private init; }

    /// <summary>A person in a seat.</summary>
    public static Actor ForMember(Member member, string name, string? fromAddress = null) =>
        new(name, member.UserId, GetScope(member), permission => RolePermissions.Allows(member.Role, permission), fromAddress);

    /// <summary>A person in a seat that is closed until a second factor is there: it may do nothing.</summary>
    public static Actor WithoutSecondFactor(Member member, string name, string? fromAddress) =>
        new(name, member.UserId, GetScope(member), _ => false, fromAddress) { NeedsSecondFactor = true };

    /// <summary>Somebody of the operator or the reseller who looks at a customer's pages, and changes nothing there.</summary>
    public static Actor ForSupportSession(
        ResellerId reseller,
        CustomerId customer,
        Guid userId,
        string name,
        DateTimeOffset endsAtUtc,
        string? fromAddress) =>
        new(
            name,
            userId,
            TenantScope.ForCustomer(reseller, customer),
            permission => permission == Permission.MyView,
            fromAddress)
        { VisitEndsAtUtc = endsAtUtc };

    /// <summary>The portal itself: a job, a command or the demonstration data. Allowed everything inside its scope.</summary>
    public static Actor Portal(string job, TenantScope scope) => new(job, null, scope, _ => true, null);

    private static TenantScope GetScope(Member member) => (member.ResellerId, member.CustomerId) switch
    {
        (null, _) => TenantScope.CrossTenants("operator's seat"),
        ({ } reseller, null) => TenantScope.ForReseller(reseller),
        ({ } reseller, { } customer) => TenantScope.ForCustomer(reseller, customer),
    };

    public bool May(string permission) => _allows(permission);

    /// <exception cref="PermissionDeniedException">The seat does not carry the permission.</exception>
    public void Demand(string permission)
    {
        if (!May(permission))
        {
            throw new PermissionDeniedException(permission);
        }
    }

    /// <summary>The reseller whose books this act writes.</summary>
    public ResellerId Reseller => Scope.Reseller ?? throw new InvalidOperationException("This act needs a seat at a reseller.");
}

/// <summary>The seat lost or never had the permission. Hosts answer "not allowed".</summary>
public sealed class PermissionDeniedException(string permission)
    : Exception($"Your seat does not allow this ({permission}). Ask the owner of the account for it.");
