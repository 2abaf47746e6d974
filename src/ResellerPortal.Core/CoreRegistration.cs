using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Analytics;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Archiving;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.GatewayHosts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Core.Workers;
using ResellerPortal.Core.YearArchives;

namespace ResellerPortal.Core;

/// <summary>Registers the billing domain, capability by capability. Only the meter's queue holds state, so all are singletons.</summary>
public static class CoreRegistration
{
    public static IServiceCollection AddPortalCore(this IServiceCollection services, IDatabaseDialect dialect, string connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new PortalDatabase(dialect, connectionString));
        services.AddSingleton<DatabaseStatusReader>();

        // Identity and Data Protection resolve a context on their own; their rows belong to no tenant.
        services.AddScoped(provider => provider.GetRequiredService<PortalDatabase>().Open(TenantScope.None));

        // Before AddIdentityCore, which would register them per request.
        services.TryAddSingleton<IPasswordHasher<PortalUser>, PasswordHasher<PortalUser>>();
        services.TryAddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();

        return services
            .AddAuditing()
            .AddOutbox()
            .AddCurrencies()
            .AddGatewayHosts()
            .AddAccounts()
            .AddPlans()
            .AddCredits()
            .AddTokens()
            .AddMetering()
            .AddConversions()
            .AddPricing()
            .AddBalances()
            .AddInvoicing()
            .AddPrepaid()
            .AddSending()
            .AddDunning()
            .AddPayments()
            .AddCheckouts()
            .AddSubscriptions()
            .AddPaymentEvents()
            .AddBankStatements()
            .AddInsights()
            .AddAnalytics()
            .AddNotifications()
            .AddPrivacy();
    }

    /// <summary>Adds resellers, customers, their members and sessions.</summary>
    private static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.TryAddSingleton(new AccountOptions());
        services.AddSingleton<UserDirectory>();
        services.AddSingleton<Memberships>();
        services.AddSingleton<MembershipDirectory>();
        services.AddSingleton<UserSessionService>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<InvitationLinks>();
        services.AddSingleton<InvitationService>();
        services.AddSingleton<TeamService>();
        services.AddSingleton<SupportSessionService>();
        services.AddSingleton<ResellerService>();
        services.AddSingleton<CustomerService>();
        services.AddSingleton<UserAccountService>();
        return services;
    }

    /// <summary>Adds the history of events.</summary>
    private static IServiceCollection AddAuditing(this IServiceCollection services)
    {
        services.AddSingleton<HistoryQueries>();
        services.AddSingleton<AuditVerifier>();
        services.AddPeriodicWorker<AuditSealingWorker>();
        return services;
    }

    /// <summary>Adds emails that are to be sent.</summary>
    private static IServiceCollection AddOutbox(this IServiceCollection services)
    {
        services.AddSingleton<UndeliveredEmailService>();
        services.AddPeriodicWorker<OutboxWorker>();
        return services;
    }

    /// <summary>Adds exchange rates.</summary>
    private static IServiceCollection AddCurrencies(this IServiceCollection services) =>
        services.AddSingleton<CurrencyRateService>();

    /// <summary>Adds resellers' own host names for the gateway.</summary>
    private static IServiceCollection AddGatewayHosts(this IServiceCollection services)
    {
        services.AddSingleton<GatewayHostDirectory>();
        services.AddSingleton<GatewayHostVerifier>();
        services.AddSingleton<GatewayHostService>();
        services.AddPeriodicWorker<GatewayHostRefreshWorker>();
        return services;
    }

    /// <summary>Adds the catalogue and its orders.</summary>
    private static IServiceCollection AddPlans(this IServiceCollection services)
    {
        services.AddSingleton<BulkPlanService>();
        services.AddSingleton<PlanOrderService>();
        services.AddSingleton<PlanQueries>();
        return services;
    }

    /// <summary>Adds credit lots and what pays for them.</summary>
    private static IServiceCollection AddCredits(this IServiceCollection services)
    {
        services.AddSingleton<CreditLotService>();
        services.AddSingleton<OrderPaymentService>();
        services.AddSingleton<CreditQueries>();
        return services;
    }

    /// <summary>Adds API tokens.</summary>
    private static IServiceCollection AddTokens(this IServiceCollection services)
    {
        services.AddSingleton<ApiTokenService>();
        services.AddSingleton<TokenQueries>();
        services.AddSingleton<TokenLimitQueries>();
        services.AddSingleton<TokenTemplateService>();
        return services;
    }

    /// <summary>Adds the meter, the ledger and what reads it.</summary>
    private static IServiceCollection AddMetering(this IServiceCollection services)
    {
        services.AddSingleton<TokenAuthenticator>();
        services.AddSingleton<AccountUsageQueries>();
        services.AddSingleton<LedgerQueries>();
        services.AddSingleton<LedgerVerifier>();
        services.AddSingleton<UsageRecorder>();
        services.AddSingleton<LedgerCorrectionService>();
        services.AddSingleton<LedgerExporter>();
        services.AddSingleton<CustomerLedgerQueries>();
        services.AddSingleton<TokenActivityQueries>();
        services.AddSingleton<TokenEditService>();
        services.AddSingleton<TokenDetailQueries>();
        services.AddSingleton<UsageImporter>();
        services.AddSingleton<ConverterCostService>();
        services.AddSingleton<UsageAlertQueries>();
        services.AddSingleton<TokenRequestRecorder>();
        services.AddPeriodicWorker<TokenRequestCountWorker>();
        services.AddSingleton<Meter>();
        services.AddHostedService<MeterWriter>();
        services.AddPeriodicWorker<ReservationSweepWorker>();
        services.AddPeriodicWorker<ExpiryWorker>();
        services.AddPeriodicWorker<PartitionWorker>();
        services.AddSingleton<ArchiveService>();
        services.AddSingleton<ArchiveQueries>();
        return services;
    }

    /// <summary>Adds jobs, upstream accounts and reconciliation.</summary>
    private static IServiceCollection AddConversions(this IServiceCollection services)
    {
        services.AddSingleton<UpstreamSettingsService>();
        services.AddSingleton<NativeUsageRecorder>();
        services.AddSingleton<ReconciliationService>();
        services.AddSingleton<ConversionJobStore>();
        services.AddSingleton<IReservationOwner>(provider => provider.GetRequiredService<ConversionJobStore>());
        return services;
    }

    /// <summary>Adds rate cards.</summary>
    private static IServiceCollection AddPricing(this IServiceCollection services)
    {
        services.AddSingleton<RateCardService>();
        return services;
    }

    /// <summary>Adds drafts, finalisation and credit notes.</summary>
    private static IServiceCollection AddInvoicing(this IServiceCollection services)
    {
        services.TryAddSingleton(new PortalAddress(""));
        services.AddSingleton<InvoiceDrafter>();
        services.AddSingleton<MonthEndReview>();
        services.AddSingleton<MonthEndRunner>();
        services.AddSingleton<InvoiceScheduleService>();
        services.AddSingleton<ContractEndService>();
        services.AddSingleton<CustomerCurrencyService>();
        services.AddSingleton<InvoiceFinalizer>();
        services.AddSingleton<InvoiceSettingsService>();
        services.AddSingleton<LogoService>();
        services.AddSingleton<CreditNoteService>();
        services.AddSingleton<InvoiceQueries>();
        services.AddSingleton<ClaimVerifier>();
        services.AddPeriodicWorker<AutomaticInvoicingWorker>();
        return services;
    }

    /// <summary>Adds the ledger of customers' money.</summary>
    private static IServiceCollection AddBalances(this IServiceCollection services)
    {
        services.AddSingleton<BalanceVerifier>();
        services.AddSingleton<BalanceQueries>();
        return services;
    }

    /// <summary>Adds customers who pay before they convert.</summary>
    private static IServiceCollection AddPrepaid(this IServiceCollection services)
    {
        services.AddSingleton<PrepaidTermsService>();
        services.AddSingleton<IPrepaidCoverage, PrepaidCoverageService>();
        return services;
    }

    /// <summary>Adds emails with documents.</summary>
    private static IServiceCollection AddSending(this IServiceCollection services)
    {
        services.AddSingleton<EmailTemplateService>();
        services.AddSingleton<DeliveryService>();
        services.AddSingleton<IEmailComposer, DocumentEmailComposer>();
        services.AddPeriodicWorker<DocumentEmailWorker>();
        return services;
    }

    /// <summary>Adds reminders and paused accounts.</summary>
    private static IServiceCollection AddDunning(this IServiceCollection services)
    {
        services.AddSingleton<DunningPolicyService>();
        services.AddSingleton<AccountPausePolicy>();
        services.AddPeriodicWorker<DunningWorker>();
        return services;
    }

    /// <summary>Adds payments recorded against invoices and balances.</summary>
    private static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddSingleton<InvoicePaymentService>();
        services.AddSingleton<BalancePaymentService>();
        return services;
    }

    /// <summary>Adds online payments and the accounts they go to.</summary>
    private static IServiceCollection AddCheckouts(this IServiceCollection services)
    {
        services.AddSingleton<TransferGateway>();
        services.AddSingleton<MerchantKeyStore>();
        services.AddSingleton<PaymentAccountService>();
        services.AddSingleton<ReversalSynchronizer>();
        services.AddSingleton<CheckoutSynchronizer>();
        services.AddSingleton<PayLinkQueries>();
        services.AddSingleton<CheckoutService>();
        services.AddSingleton<AutomaticCollectionService>();
        services.AddSingleton<OnlineRefundService>();
        services.AddPeriodicWorker<AutomaticCollectionWorker>();
        return services;
    }

    /// <summary>Adds payment providers' events and the comparison with their records.</summary>
    private static IServiceCollection AddPaymentEvents(this IServiceCollection services)
    {
        services.AddSingleton<PaymentEventDispatcher>();
        services.AddSingleton<WebhookInbox>();
        services.AddSingleton<PaymentReconciler>();
        services.AddPeriodicWorker<WebhookInboxWorker>();
        return services;
    }

    /// <summary>Adds bank statements.</summary>
    private static IServiceCollection AddBankStatements(this IServiceCollection services) =>
        services.AddSingleton<BankStatementService>();

    /// <summary>Adds plans that renew, and top-ups.</summary>
    private static IServiceCollection AddSubscriptions(this IServiceCollection services)
    {
        services.AddSingleton<SubscriptionSynchronizer>();
        services.AddSingleton<PlanSubscriptionService>();
        services.AddSingleton<TopUpService>();
        services.AddPeriodicWorker<SubscriptionWorker>();
        return services;
    }

    /// <summary>Adds dashboards, statements and reports.</summary>
    private static IServiceCollection AddInsights(this IServiceCollection services)
    {
        services.AddSingleton<OperatorOverviewQueries>();
        services.AddSingleton<OperationsQueries>();
        services.AddSingleton<ResellerDashboardQueries>();
        services.AddSingleton<CustomerQueries>();
        services.AddSingleton<SearchQueries>();
        services.AddSingleton<InvoiceTimelineQueries>();
        services.AddSingleton<InvoiceDetailQueries>();
        services.AddSingleton<IssuedDocumentQueries>();
        services.AddSingleton<MonthCloseQueries>();
        services.AddSingleton<VatReportQueries>();
        services.AddSingleton<JournalExport>();
        services.AddSingleton<AccountStatements>();
        services.AddSingleton<CustomerUsageQueries>();
        services.AddSingleton<PriceSimulator>();
        services.TryAddSingleton(new ArchiveOptions());
        services.AddSingleton<YearArchiveReader>();
        return services;
    }

    /// <summary>Adds the daily export of the ledger.</summary>
    private static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.TryAddSingleton(new AnalyticsOptions());
        services.AddSingleton<RecordedDayReader>();
        services.AddSingleton<RecordedDayExporter>();
        services.AddPeriodicWorker<AnalyticsExportWorker>();
        return services;
    }

    /// <summary>Adds usage alerts by email.</summary>
    private static IServiceCollection AddNotifications(this IServiceCollection services) =>
        services.AddPeriodicWorker<UsageAlertWorker>();

    /// <summary>Adds export, erasure and retention of personal data.</summary>
    private static IServiceCollection AddPrivacy(this IServiceCollection services)
    {
        services.TryAddSingleton(new RetentionOptions());
        services.AddSingleton<PersonalDataService>();
        services.AddPeriodicWorker<RetentionWorker>();
        return services;
    }
}
