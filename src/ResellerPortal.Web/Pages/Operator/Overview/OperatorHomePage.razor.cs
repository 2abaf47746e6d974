using System.Globalization;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Gateway;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Overview;

public sealed partial class OperatorHomePage(
    CurrentActor current,
    OperatorOverviewQueries queries,
    UndeliveredEmailService emails,
    IMailer mailer,
    IOptions<ConvertApiOptions> upstream)
{
    private OperatorOverview? _overview;
    private IReadOnlyList<SetupStep> _steps = [];
    private string[] _days = [];

    /// <summary>Null for members who cannot correct addresses.</summary>
    private int? _undelivered;

    private int PaymentIssues => _overview!.Differences + _overview.Disputes + _overview.FailedEvents;

    private string PaymentNote => PaymentIssues == 0
        ? "no differences or disputes"
        : string.Join(
            ", ",
            new[]
            {
                (Number: _overview!.Differences, One: "difference"),
                (Number: _overview.Disputes, One: "dispute"),
                (Number: _overview.FailedEvents, One: "failed event"),
            }.Where(issue => issue.Number > 0).Select(issue => NumberText.Count(issue.Number, issue.One)));

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _undelivered = UndeliveredEmailService.IsFor(actor) ? await emails.CountAsync(actor) : null;
        _overview = await queries.ReadAsync(actor);
        _days = [.. _overview.Days.Select(d => d.Day.ToString("d MMM", CultureInfo.InvariantCulture))];
        _steps =
        [
            new("Add a plan", "The conversions and price that resellers can order.", "/operator/plans", _overview.PlanCount > 0),
            new("Add a reseller", "Invites its owner by email or link.", "/operator/resellers", _overview.ResellerCount > 0),
            new(
                "Set the upstream account",
                "Set ConvertApi:BaseUrl and ConvertApi:Secret, and restart the portal. Until then a sandbox answers.",
                "/operator/health",
                !upstream.Value.IsSandbox),
            new(
                "Set up email",
                "Set Smtp:Host and Smtp:From, and restart the portal. Until then invitations are sent as links.",
                "/operator/health",
                mailer.IsConfigured),
        ];
    }
}
