using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>
/// The only database context. Each feature adds its own entity configuration, and its set as an extension property. Every context is
/// opened for a <see cref="TenantScope"/>, enforced on all reads by the named query filter <see cref="TenantFilter"/> and on all writes
/// by <see cref="TenantWriteGuard"/>.
/// </summary>
public sealed class PortalDbContext(DbContextOptions<PortalDbContext> options, TenantScope scope)
    : IdentityUserContext<PortalUser, Guid>(options), IDataProtectionKeyContext
{
    public const string TenantFilter = "tenant";

    public TenantScope Scope { get; } = scope;

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    private ResellerId CurrentReseller => Scope.Reseller ?? default;

    private CustomerId CurrentCustomer => Scope.Customer ?? default;

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        foreach (var id in typeof(ITypedId).Assembly.GetTypes().Where(t => t.IsValueType && t.IsAssignableTo(typeof(ITypedId))))
        {
            configurationBuilder.Properties(id).HaveConversion(typeof(TypedIdConverter<>).MakeGenericType(id));
        }

        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcMicrosecondsConverter>();
        configurationBuilder.Properties<Currency>().HaveConversion<CurrencyCodeConverter>().HaveMaxLength(3);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(PortalDbContext).Assembly);
        TenantKeys.Apply(builder);

        foreach (var entity in builder.Model.GetEntityTypes().Where(e => e.ClrType.Assembly == typeof(PortalDbContext).Assembly))
        {
            foreach (var key in entity.FindPrimaryKey()?.Properties ?? [])
            {
                key.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
            }

            if (TenantFilterFor(entity.ClrType) is { } filter)
            {
                entity.SetQueryFilter(TenantFilter, filter);
            }
        }

        // Servers grant rights by schema; SQLite has no schemas.
        if (!Database.ProviderName!.EndsWith("Sqlite", StringComparison.Ordinal))
        {
            foreach (var entity in builder.Model.GetEntityTypes().Where(e => !e.IsMappedToJson() && TableAccess.IsIdentity(e.ClrType)))
            {
                entity.SetSchema(TableAccess.IdentitySchema);
            }
        }
    }

    /// <summary>
    /// One filter per kind of scope, because a combined filter with alternatives would prevent index use. Scopes over all tenants have no
    /// filter.
    /// </summary>
    private LambdaExpression? TenantFilterFor(Type entity)
    {
        var isOfCustomer = Scope.Kind == ScopeKind.Customer;
        var method = Scope.Kind == ScopeKind.AllTenants ? null
            : Scope.Kind == ScopeKind.ServedTenants ? GetServedFilter(entity)
            : entity == typeof(Reseller) ? nameof(ResellerFilter)
            : entity == typeof(Customer) ? isOfCustomer ? nameof(CustomerFilter) : nameof(CustomersOfResellerFilter)
            : entity.IsAssignableTo(typeof(ICustomerOwned)) ? isOfCustomer ? nameof(CustomerOwnedFilter) : nameof(ResellerOwnedFilter)
            : entity.IsAssignableTo(typeof(IResellerOwned)) ? isOfCustomer ? nameof(NothingFilter) : nameof(ResellerOwnedFilter)
            : entity.IsAssignableTo(typeof(IOwnedAtAnyLevel)) ? isOfCustomer ? nameof(AnyLevelOfCustomerFilter) : nameof(AnyLevelFilter)
            : null;
        if (method is null)
        {
            return null;
        }

        var open = typeof(PortalDbContext).GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic)!;
        var closed = open.IsGenericMethodDefinition ? open.MakeGenericMethod(entity) : open;
        return (LambdaExpression)closed.Invoke(this, null)!;
    }

    private static string? GetServedFilter(Type entity) =>
        entity == typeof(Reseller) ? nameof(ServedResellerFilter)
        : entity.IsAssignableTo(typeof(IResellerOwned)) ? nameof(ServedFilter)
        : entity.IsAssignableTo(typeof(IOwnedAtAnyLevel)) ? nameof(ServedAtAnyLevelFilter)
        : null;

    private Expression<Func<Reseller, bool>> ServedResellerFilter() => r => r.MovingSinceUtc == null;

    private Expression<Func<T, bool>> ServedFilter<T>()
        where T : class, IResellerOwned =>
        e => Set<Reseller>().Any(r => r.Id == e.ResellerId && r.MovingSinceUtc == null);

    private Expression<Func<T, bool>> ServedAtAnyLevelFilter<T>()
        where T : class, IOwnedAtAnyLevel =>
        e => e.ResellerId == null || Set<Reseller>().Any(r => r.Id == e.ResellerId && r.MovingSinceUtc == null);

    /// <summary>A customer sees its own reseller (name, branding, time zone) and no other.</summary>
    private Expression<Func<Reseller, bool>> ResellerFilter() => r => r.Id == CurrentReseller;

    private Expression<Func<Customer, bool>> CustomersOfResellerFilter() => c => c.ResellerId == CurrentReseller;

    private Expression<Func<Customer, bool>> CustomerFilter() => c => c.ResellerId == CurrentReseller && c.Id == CurrentCustomer;

    private Expression<Func<T, bool>> ResellerOwnedFilter<T>()
        where T : class, IResellerOwned =>
        e => e.ResellerId == CurrentReseller;

    private Expression<Func<T, bool>> CustomerOwnedFilter<T>()
        where T : class, ICustomerOwned =>
        e => e.ResellerId == CurrentReseller && e.CustomerId == CurrentCustomer;

    /// <summary>The reseller's private rows do not exist for customers.</summary>
    private Expression<Func<T, bool>> NothingFilter<T>()
        where T : class, IResellerOwned =>
        e => false;

    private Expression<Func<T, bool>> AnyLevelFilter<T>()
        where T : class, IOwnedAtAnyLevel =>
        e => e.ResellerId == CurrentReseller;

    private Expression<Func<T, bool>> AnyLevelOfCustomerFilter<T>()
        where T : class, IOwnedAtAnyLevel =>
        e => e.ResellerId == CurrentReseller && e.CustomerId == CurrentCustomer;
}

/// <summary>One cached model per kind of scope, because the tenant filters differ.</summary>
internal sealed class ModelOfScope : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) => (context.GetType(), (context as PortalDbContext)?.Scope.Kind, designTime);
}
