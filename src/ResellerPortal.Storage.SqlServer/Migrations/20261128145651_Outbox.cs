using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class Outbox : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            Unprotect(migrationBuilder);
            migrationBuilder.DropTable(
                name: "AccountEmail");

            migrationBuilder.DropTable(
                name: "Notice");

            migrationBuilder.RenameColumn(
                name: "MailedAtUtc",
                table: "UsageAlert",
                newName: "EmailQueuedAtUtc");

            migrationBuilder.RenameIndex(
                name: "IX_UsageAlert_MailedAtUtc",
                table: "UsageAlert",
                newName: "IX_UsageAlert_EmailQueuedAtUtc");

            migrationBuilder.AddColumn<long>(
                name: "VerifiedAtUtc",
                table: "UserSession",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "AuthenticatorStep",
                table: "AspNetUsers",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "OutboxEmail",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    UserId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    InvitationId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    InvoiceId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    DocumentId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Round = table.Column<int>(type: "int", nullable: false),
                    To = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: true),
                    Subject = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: false),
                    Text = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    QueuedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ExpiresAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    NextAttemptAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Attempts = table.Column<int>(type: "int", nullable: false),
                    SentAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Error = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true),
                    IsUrgent = table.Column<bool>(type: "bit", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OutboxEmail", x => x.Id);
                    table.ForeignKey(
                        name: "FK_OutboxEmail_Invoice_InvoiceId",
                        column: x => x.InvoiceId,
                        principalTable: "Invoice",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "SignInFailure",
                columns: table => new
                {
                    AddressHash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    Network = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false),
                    Count = table.Column<int>(type: "int", nullable: false),
                    Lockouts = table.Column<int>(type: "int", nullable: false),
                    LockedUntilUtc = table.Column<long>(type: "bigint", nullable: true),
                    LastAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignInFailure", x => new { x.AddressHash, x.Network });
                });

            migrationBuilder.CreateIndex(
                name: "IX_OutboxEmail_DocumentId_Kind_Round",
                table: "OutboxEmail",
                columns: new[] { "DocumentId", "Kind", "Round" },
                unique: true,
                filter: "[DocumentId] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_OutboxEmail_InvoiceId",
                table: "OutboxEmail",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_OutboxEmail_NextAttemptAtUtc_IsUrgent_ResellerId",
                table: "OutboxEmail",
                columns: new[] { "NextAttemptAtUtc", "IsUrgent", "ResellerId" });

            migrationBuilder.CreateIndex(
                name: "IX_OutboxEmail_ResellerId_QueuedAtUtc",
                table: "OutboxEmail",
                columns: new[] { "ResellerId", "QueuedAtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_SignInFailure_LastAtUtc",
                table: "SignInFailure",
                column: "LastAtUtc");

            KeepDeliveries(migrationBuilder);
            migrationBuilder.DropTable(
                name: "Delivery");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "OutboxEmail");

            migrationBuilder.DropTable(
                name: "SignInFailure");

            migrationBuilder.DropColumn(
                name: "VerifiedAtUtc",
                table: "UserSession");

            migrationBuilder.DropColumn(
                name: "AuthenticatorStep",
                table: "AspNetUsers");

            migrationBuilder.RenameColumn(
                name: "EmailQueuedAtUtc",
                table: "UsageAlert",
                newName: "MailedAtUtc");

            migrationBuilder.RenameIndex(
                name: "IX_UsageAlert_EmailQueuedAtUtc",
                table: "UsageAlert",
                newName: "IX_UsageAlert_MailedAtUtc");

            migrationBuilder.CreateTable(
                name: "AccountEmail",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    Email = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    InvitationId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    MailedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Text = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AccountEmail", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Delivery",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Attempts = table.Column<int>(type: "int", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    DocumentId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Error = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true),
                    InvoiceId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    NextAttemptAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    QueuedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Round = table.Column<int>(type: "int", nullable: false),
                    SentAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Subject = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: false),
                    Text = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    To = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Delivery", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Delivery_Invoice_InvoiceId",
                        column: x => x.InvoiceId,
                        principalTable: "Invoice",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Notice",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    MailedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    Text = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Notice", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_AccountEmail_MailedAtUtc",
                table: "AccountEmail",
                column: "MailedAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_Delivery_DocumentId_Kind_Round",
                table: "Delivery",
                columns: new[] { "DocumentId", "Kind", "Round" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Delivery_InvoiceId",
                table: "Delivery",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_Delivery_NextAttemptAtUtc",
                table: "Delivery",
                column: "NextAttemptAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_Notice_MailedAtUtc",
                table: "Notice",
                column: "MailedAtUtc");
        }
    }
}
