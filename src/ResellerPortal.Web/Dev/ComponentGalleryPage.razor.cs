using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.Dev;

/// <summary>Shows the shared components without data of anybody. It does not exist outside Development.</summary>
public sealed partial class ComponentGalleryPage(
    IWebHostEnvironment environment,
    NavigationManager navigation,
    IDialogService dialogs,
    ISnackbar snackbar,
    TimeProvider clock)
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly string[] Months = ["Aug", "Sep", "Oct"];
    private static readonly ChartLine[] Series = [new("Revenue", [1200.50m, 980, 1510.25m]), new("Cost", [800, 760.10m, 1000])];

    private DateTimeOffset _now;
    private bool _isShown;

    private IReadOnlyList<TokenRow> Tokens =>
        [.. Enum.GetValues<TokenState>().Select((state, i) => new TokenRow(
            Guid.NewGuid(),
            i == 0 ? "production" : $"staging-{i}",
            $"a1b{i}",
            i % 2 == 0 ? 1000 : null,
            LimitPeriod.Month,
            i == 1 ? LimitPolicy.Lenient : LimitPolicy.Strict,
            250 * i,
            i % 2 == 0 ? Math.Max(0, 1000 - (250 * i)) : null,
            null,
            i == 2 ? _now.AddDays(-1) : null,
            null,
            _now.AddDays(-i),
            IsSelfService: i == 1,
            IsMaster: false,
            IsNative: i == 3,
            WaitsForUpstream: i == 3,
            "0123456789abcdef",
            state)
        {
            Terms = new TokenRequest("production", null, null),
            LastUsedAtUtc = i == 0 ? null : _now.AddHours(-i),
        })];

    private IReadOnlyList<UsageAlert> Alerts =>
        [.. ((int[])[50, 75, 90, 100]).Select(percent => new UsageAlert
        {
            Id = Guid.NewGuid(),
            ResellerId = ResellerId.New(),
            Subject = AlertSubject.Token,
            SubjectId = Guid.NewGuid(),
            SubjectName = "token production (…a1b2) of Acme",
            Percent = percent,
            Used = percent * 10,
            Limit = 1000,
            AtUtc = _now.AddHours(-percent),
        })];

    protected override void OnInitialized()
    {
        _isShown = environment.IsDevelopment();
        _now = clock.GetUtcNow();
        if (!_isShown)
        {
            navigation.NotFound();
        }
    }

    private Task ShowSecretAsync() => dialogs.ShowSecretAsync("Token for production", "Shown once.", "rpt_example");

    private Task<bool> ConfirmAsync() =>
        dialogs.ConfirmAsync("Void invoice", "INV-2026-0001 is credited in full. This can't be undone.", "Void invoice");

    private void ShowMessage(Severity severity) => snackbar.Add($"A {severity} message.", severity);
}
