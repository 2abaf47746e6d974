using ResellerPortal.Testing;
using ResellerPortal.Web.Tests.Gateway;
using ResellerPortal.Web.Tests.Payments;
using ResellerPortal.Web.Tests.Security;

namespace ResellerPortal.Web.Tests;

/// <summary>Every page of every portal, on PostgreSQL, where requests really run beside each other.</summary>
[Trait(PortalServer.DatabaseTrait, PortalServer.OnPostgreSql)]
public sealed class IsolationCrawlOnPostgreSqlTests : IsolationCrawlTests;

/// <inheritdoc/>
[Trait(PortalServer.DatabaseTrait, PortalServer.OnPostgreSql)]
public sealed class GatewayOnPostgreSqlTests : GatewayTests;

/// <inheritdoc/>
[Trait(PortalServer.DatabaseTrait, PortalServer.OnPostgreSql)]
public sealed class SettlementOnPostgreSqlTests : SettlementTests;

/// <inheritdoc/>
[Trait(PortalServer.DatabaseTrait, PortalServer.OnPostgreSql)]
public sealed class InvoicePaymentOnPostgreSqlTests : InvoicePaymentTests;

/// <inheritdoc/>
[Trait(PortalServer.DatabaseTrait, PortalServer.OnPostgreSql)]
public sealed class JobOnPostgreSqlTests : JobTests;
